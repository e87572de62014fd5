package org.bcm4j.app.commands.editing;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.bcm4j.app.commands.editing.EditOptions.Comparison;
import org.bcm4j.app.options.ClassOption;
import org.bcm4j.app.options.OptionRange;
import org.bcm4j.app.options.WalkOptions;
import org.bcm4j.editing.Constraint;
import org.bcm4j.storage.UserException;
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
        Walk walk = walk();
        ClassOption.Choice choice = classOption.of(edits.config());
        try (Scope scope = Scope.open()) {
            Tensor pictures = edits.pictures();
            Comparison comparison = add
                    ? new Comparison(noisy(pictures), Optional.of(pictures))
                    : new Comparison(pictures, Optional.empty());
            return edits.run(comparison, walk, choice, bcm -> {
                Device device = bcm.model().device();
                Tensor given = device.move(comparison.given());
                return bcm.edit(walk, given, Constraint.NONE, edits.seed(), choice.labels((int) given.size(0), device));
            });
        }
    }

    private Walk walk() {
        Walk walk = walks.from(edits.model(), sigma);
        if (walk.start() != sigma || walk.end() != 0) {
            throw new UserException("walk \"" + walk + "\": the noise scale of the pictures is " + sigma
                    + ", so the walk must lead from there to 0");
        }
        return walk;
    }

    private Tensor noisy(Tensor pictures) {
        ImageNoise noise = ImageNoise.from(edits.seed(), 0, Device.CPU);
        return pictures.add(noise.start(pictures.shape()), scalar(sigma));
    }
}
