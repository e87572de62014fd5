package org.bcm4j.app.commands;

import static org.bcm4j.tensor.Ops.scalar;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bcm4j.TensorModel;
import org.bcm4j.app.files.Destination;
import org.bcm4j.app.files.Destination.Kind;
import org.bcm4j.app.files.FileNames;
import org.bcm4j.app.files.GivenNoises;
import org.bcm4j.app.files.InputImage;
import org.bcm4j.app.files.InputImages;
import org.bcm4j.app.options.ClassOption;
import org.bcm4j.app.options.FitOptions;
import org.bcm4j.app.options.ModelOptions;
import org.bcm4j.app.options.SamplingPathOptions;
import org.bcm4j.app.options.SeedOption;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.editing.RefinedInversion;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.ImageGrid;
import org.bcm4j.images.Pixels;
import org.bcm4j.metrics.pixels.ReconstructionError;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.storage.AtomicDirectory;
import org.bcm4j.storage.OptionRange;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bcm invert}: finds the noises of given images. */
@Command(
        name = "invert",
        description = "Finds the noise that generates a given image.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  bcm invert models/fashion-mnist --walk \"0 +0.07 > 6 > 80\" shirt.png boot.png --out noises.npz",
            "  bcm invert runs/edm/model --sampler heun --steps 18 shirt.png boot.png --out noises.npz"
        })
public final class InvertCommand implements Callable<Integer> {
    /** The number of standard deviations between grey and black or white in pictures of noise. */
    private static final double DRAWN_DEVIATIONS = 3;

    /** The ending of the picture, which lies beside the arrays. */
    private static final String PICTURE = ".png";

    private static final Walk ONE_STEP = Walk.parse("80 > 0");
    private static final int MOST_STEPS = 10_000;

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Parameters(index = "1..*", arity = "1..*", paramLabel = InputImages.LABEL, description = InputImages.DESCRIPTION)
    private List<Path> given = List.of();

    @Mixin
    private final FitOptions fit = new FitOptions();

    @Mixin
    private final SamplingPathOptions paths = new SamplingPathOptions();

    @Option(
            names = "--refine",
            paramLabel = "K",
            description =
                    "K steps from the noises found to others that generate the images in one evaluation; each costs"
                            + " about three evaluations (default: ${DEFAULT-VALUE}).")
    private int refine = 0;

    @Mixin
    private final ClassOption classOption = new ClassOption();

    @Mixin
    private final SeedOption seed = new SeedOption();

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "FILE.npz|DIR",
            description = {
                "Arrays (noises, float32 [N,C,H,W] of unit variance; scale, float64 [1], the noise scale where they were"
                        + " found; images, uint8 [N,C,H,W]; labels, int64 [N], of --class), and beside them a picture of the noises; or a new folder for both."
            })
    private Path out = Path.of("");

    @Override
    public Integer call() {
        OptionRange.require("--refine", refine, 0, MOST_STEPS);
        SamplingPath samplingPath = paths.inversion(model);
        Destination destination = Destination.of(out, Kind.ARRAYS, Kind.FOLDER);
        if (destination.kind() == Kind.ARRAYS) {
            destination.beside(PICTURE, given);
        }
        ModelConfig config = model.folder().config();
        if (refine > 0) {
            if (config.kind() == ModelKind.DENOISER) {
                throw new UserException("--refine " + refine + ": a denoiser cannot generate images in one evaluation;"
                        + " omit the option, or use a consistency model");
            }
            RefinedInversion.requirePath(samplingPath);
        }
        ClassOption.Choice choice = classOption.of(config);
        long count;
        try (Scope scope = Scope.open()) {
            Tensor images = InputImage.signals(fit.reader(config.network()).read(given));
            count = images.size(0);
            try (TensorModel bcm = model.openAny()) {
                Tensor points = bcm.model().device().move(images);
                Optional<Tensor> labels = choice.labels((int) count, bcm.model().device());
                Tensor found = bcm.invert(samplingPath, points, seed.value(), labels);
                Tensor noises = refine > 0
                        ? bcm.refine(new RefinedInversion(refine), points, found, seed.value(), labels)
                        : found;
                if (refine > 0) {
                    report(bcm, points, found, noises, labels);
                }
                write(destination, new Found(images, noises, labels.map(Device.CPU::move), samplingPath.end()));
            }
        }
        System.out.println(SamplingPathOptions.summary(out, count, samplingPath, choice, seed));
        return ExitCode.OK;
    }

    private void report(TensorModel bcm, Tensor points, Tensor found, Tensor refined, Optional<Tensor> labels) {
        System.out.printf(
                Locale.ROOT,
                "reconstruction error in 1 NFE: %.6f as inverted, %.6f after %d steps%n",
                error(bcm, points, found, labels),
                error(bcm, points, refined, labels),
                refine);
    }

    private double error(TensorModel bcm, Tensor points, Tensor noises, Optional<Tensor> labels) {
        Tensor back = bcm.generate(ONE_STEP, noises, seed.value(), labels);
        return Arrays.stream(ReconstructionError.perImage(points, back))
                .average()
                .orElseThrow();
    }

    /**
     * The content of a file: noises of unit variance, the noise scale at which they were found, and the images and
     * labels that were inverted.
     */
    private record Found(Tensor images, Tensor noises, Optional<Tensor> labels, double scale) {}

    private static void write(Destination destination, Found found) {
        Path path = destination.path();
        if (destination.kind() == Kind.FOLDER) {
            AtomicDirectory.writeNew(path, directory -> write(directory.resolve("noises.npz"), found));
        } else {
            write(path, found);
        }
    }

    private static void write(Path file, Found found) {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put(GivenNoises.NOISES, found.noises());
        arrays.put("images", Pixels.toBytes(found.images()));
        arrays.put(GivenNoises.SCALE, HostTensors.ofDoubles(new double[] {found.scale()}, 1));
        found.labels().ifPresent(classes -> arrays.put("labels", classes));
        NumpyFiles.writeNpz(file, arrays);
        int columns = (int) Math.ceil(Math.sqrt((double) found.noises().size(0)));
        Tensor picture = ImageGrid.ofColumns(columns).draw(found.noises().div(scalar(DRAWN_DEVIATIONS)));
        ImageFiles.writePng(FileNames.beside(file, PICTURE), picture);
    }
}
