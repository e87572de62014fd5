package org.bcm4j.app.commands.editing;

import static org.bcm4j.tensor.Ops.cat;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bcm4j.TensorModel;
import org.bcm4j.app.files.Destination;
import org.bcm4j.app.files.Destination.Kind;
import org.bcm4j.app.files.InputImage;
import org.bcm4j.app.options.FitOptions;
import org.bcm4j.app.options.ModelOptions;
import org.bcm4j.app.options.SeedOption;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.ImageGrid;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ThereAndBack;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bcm interpolate}: generates the images between two real ones. */
@Command(
        name = "interpolate",
        description = "Draws images that lead from one real image to another.",
        footerHeading = "%nExample:%n",
        footer = {
            "  bcm interpolate models/fashion-mnist shirt.png boot.png --frames 9 --out between.png",
            "  bcm interpolate models/fashion-mnist shirt.png boot.png --class Shirt,9 --out between.png",
            "  bcm interpolate models/fashion-mnist shirt.png boot.png --walk \"0 +0.07 > 6 > 80 > 1.2 > 0\" --out"
                    + " between.png",
            "",
            "The walk adds noise at its start only, so that the first and the last frame are the pictures'"
                    + " reconstructions.",
            "Each frame is told the class of the nearer picture."
        })
public final class InterpolateCommand implements Callable<Integer> {
    private static final double SECONDS_A_FRAME = 0.12;

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Parameters(index = "1", paramLabel = "A", description = "The first picture, of the model's size.")
    private Path first = Path.of("");

    @Parameters(index = "2", paramLabel = "B", description = "The last picture, of the model's size.")
    private Path last = Path.of("");

    @Mixin
    private final FitOptions fit = new FitOptions();

    @Option(
            names = "--frames",
            paramLabel = "N",
            description = "How many images, the two ends included (default: ${DEFAULT-VALUE}).")
    private int frames = 8;

    @Mixin
    private final ThereAndBackOptions walks = new ThereAndBackOptions();

    @Mixin
    private final EndClassesOption classes = new EndClassesOption();

    @Mixin
    private final SeedOption seed = new SeedOption();

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "FILE.png",
            description = "The strip of images.")
    private Path out = Path.of("");

    @Option(names = "--gif", description = "Also writes the frames as an animation, there and back, beside the strip.")
    private boolean gif = false;

    private List<InputImage> ends(ModelConfig config) {
        List<InputImage> images = fit.reader(config.network()).read(List.of(first, last));
        if (images.size() != 2) {
            throw new UserException(first + " and " + last + " hold " + images.size() + " images; give one image each");
        }
        return images;
    }

    @Override
    public Integer call() {
        ThereAndBack walk = walks.interpolation(model);
        if (frames < 2) {
            throw new UserException("--frames " + frames + ": ask for at least 2, the two ends");
        }
        Destination destination = Destination.of(out, Kind.PICTURE);
        Optional<Path> animation =
                gif ? Optional.of(destination.beside(".gif", List.of(first, last))) : Optional.empty();
        ModelConfig config = model.folder().config();
        EndClassesOption.Choices choices = classes.of(config);
        try (Scope scope = Scope.open()) {
            Tensor ends = InputImage.signals(ends(config));
            try (TensorModel bcm = model.open()) {
                Device device = bcm.model().device();
                Optional<Tensor> labels = choices.labels(device);
                Tensor strip = bcm.interpolate(
                        walk.toNoise(), walk.toImages(), device.move(ends), frames, seed.value(), labels);
                ImageFiles.writePng(
                        destination.path(), ImageGrid.ofColumns(frames).draw(strip));
                animation.ifPresent(file -> {
                    Tensor back = strip.flip(0).narrow(0, 1, frames - 1);
                    ImageFiles.writeGif(file, cat(0, strip, back), SECONDS_A_FRAME);
                });
            }
        }
        System.out.printf(
                Locale.ROOT,
                "wrote %s: N = %d, walk %s (%d + %d NFE), %s, %s%n",
                out,
                frames,
                walk,
                walk.toNoise().nfe(),
                walk.toImages().nfe(),
                choices,
                seed);
        return ExitCode.OK;
    }
}
