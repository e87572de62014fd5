package org.bcm4j.app.commands.editing;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.bcm4j.app.options.ClassOption;
import org.bcm4j.app.options.WalkOptions;
import org.bcm4j.editing.Edit;
import org.bcm4j.storage.OptionRange;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bcm denoise}: removes noise from pictures. */
@Command(
        name = "denoise",
        description = "Takes noise of a known standard deviation from images.",
        footerHeading = "%nExample:%n",
        footer = {
            "  bcm denoise models/fashion-mnist grainy.png --sigma 0.3 --out clean",
            "  bcm denoise models/fashion-mnist shirt.png --sigma 0.5 --add --out clean",
            "",
            "A noise scale is a standard deviation where black is -1 and white is 1: 0.1 is 13 of 255 levels."
        })
public final class DenoiseCommand implements Callable<Integer> {
    @Mixin
    private final EditOptions edits = new EditOptions();

    @Mixin
    private final WalkOptions walks = new WalkOptions();

    @Mixin
    private final ClassOption classOption = new ClassOption();

    @Option(
            names = "--sigma",
            required = true,
            paramLabel = "S",
            description = "The noise scale of the pictures, from 0.01 to 80, where the walk starts.")
    private double sigma = 0;

    @Option(names = "--add", description = "First adds that noise to the pictures, so that the truth is known.")
    private boolean add = false;

    @Override
    public Integer call() {
        OptionRange.require("--sigma", sigma, 0.01, 80);
        Walk walk = walks.edit(edits.model(), Walk.straightFrom(sigma));
        ClassOption.Choice choice = classOption.of(edits.config());
        try (Scope scope = Scope.open()) {
            Tensor pictures = edits.pictures();
            Tensor given = add ? noisy(pictures) : pictures;
            Optional<Tensor> truth = add ? Optional.of(pictures) : Optional.empty();
            return edits.run(Edit.denoising(given, sigma), truth, walk, choice);
        }
    }

    private Tensor noisy(Tensor pictures) {
        ImageNoise noise = ImageNoise.from(edits.seed(), 0, Device.CPU);
        return pictures.add(noise.start(pictures.shape()), scalar(sigma));
    }
}
