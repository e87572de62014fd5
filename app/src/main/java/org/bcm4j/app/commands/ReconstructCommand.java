package org.bcm4j.app.commands;

import static org.bcm4j.tensor.Ops.stack;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bcm4j.TensorModel;
import org.bcm4j.app.files.Destination;
import org.bcm4j.app.files.Destination.Kind;
import org.bcm4j.app.files.InputImage;
import org.bcm4j.app.files.InputImages;
import org.bcm4j.app.options.ClassOption;
import org.bcm4j.app.options.FitOptions;
import org.bcm4j.app.options.ModelOptions;
import org.bcm4j.app.options.SamplingPathOptions;
import org.bcm4j.app.options.SeedOption;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.ImageGrid;
import org.bcm4j.metrics.pixels.ReconstructionError;
import org.bcm4j.metrics.pixels.StructuralSimilarity;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.storage.AtomicDirectory;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.SamplingPath;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bcm reconstruct}: inverts images, generates them again and measures the loss. */
@Command(
        name = "reconstruct",
        description = "Inverts images, generates them again, and measures the difference.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  bcm reconstruct models/fashion-mnist shirt.png boot.png --nfe 2 --out reconstructions",
            "  bcm reconstruct models/fashion-mnist shirt.png --walk \"0 +0.07 > 6 > 80 > 0\" --out reconstructions",
            "  bcm reconstruct runs/edm/model shirt.png --sampler ddim --steps 50 --out reconstructions",
            "",
            "With --nfe K the path to noise takes K evaluations and the path back one; with a denoiser both take the"
                    + " same steps."
        })
public final class ReconstructCommand implements Callable<Integer> {
    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Parameters(index = "1..*", arity = "1..*", paramLabel = InputImages.LABEL, description = InputImages.DESCRIPTION)
    private List<Path> given = List.of();

    @Mixin
    private final FitOptions fit = new FitOptions();

    @Mixin
    private final SamplingPathOptions paths = new SamplingPathOptions();

    @Mixin
    private final ClassOption classOption = new ClassOption();

    @Mixin
    private final SeedOption seed = new SeedOption();

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "DIR",
            description = "A new folder for one picture each: the image and, to its right, its reconstruction.")
    private Path out = Path.of("");

    private List<InputImage> images = List.of();

    @Override
    public Integer call() {
        SamplingPath samplingPath = paths.roundTrip(model);
        Destination destination = Destination.of(out, Kind.FOLDER);
        ModelConfig config = model.folder().config();
        ClassOption.Choice choice = classOption.of(config);
        try (Scope scope = Scope.open()) {
            images = fit.reader(config.network()).read(given);
            Tensor pictures = InputImage.signals(images);
            Tensor back = reconstruct(samplingPath, pictures, choice);
            write(destination, pictures, back);
            report(pictures, back);
        }
        System.out.println(SamplingPathOptions.summary(out, images.size(), samplingPath, choice, seed));
        return ExitCode.OK;
    }

    private Tensor reconstruct(SamplingPath samplingPath, Tensor pictures, ClassOption.Choice choice) {
        try (TensorModel bcm = model.openAny()) {
            Device device = bcm.model().device();
            Tensor back =
                    bcm.walk(samplingPath, device.move(pictures), seed.value(), choice.labels(images.size(), device));
            return Device.CPU.move(back);
        }
    }

    private void write(Destination destination, Tensor pictures, Tensor back) {
        AtomicDirectory.writeNew(destination.path(), directory -> {
            for (int i = 0; i < images.size(); i++) {
                try (Scope scope = Scope.open()) {
                    Tensor pair = stack(0, pictures.select(0, i), back.select(0, i));
                    byte[] png = ImageFiles.png(ImageGrid.ofColumns(2).draw(pair));
                    Files.write(directory.resolve(name(i)), png);
                }
            }
        });
    }

    private void report(Tensor pictures, Tensor back) {
        double[] errors = ReconstructionError.perImage(pictures, back);
        Optional<double[]> similarities = StructuralSimilarity.fits(pictures.size(2), pictures.size(3))
                ? Optional.of(StructuralSimilarity.perImage(pictures, back))
                : Optional.empty();
        System.out.printf(Locale.ROOT, "%-32s %12s %10s %8s%n", "image", "MSE on [0,1]", "PSNR in dB", "SSIM");
        for (int i = 0; i < errors.length; i++) {
            int row = i;
            reportLine(name(i), errors[i], similarities.map(all -> all[row]));
        }
        reportLine("mean", mean(errors), similarities.map(ReconstructCommand::mean));
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static void reportLine(String label, double error, Optional<Double> similarity) {
        System.out.printf(
                Locale.ROOT,
                "%-32s %12.6f %10.2f %8s%n",
                label,
                error,
                ReconstructionError.peakSignalToNoise(error),
                similarity
                        .map(value -> String.format(Locale.ROOT, "%.4f", value))
                        .orElse("-"));
    }

    /** Numbered, because images from two folders can have the same name. */
    private String name(int i) {
        return String.format(Locale.ROOT, "%05d-%s.png", i, images.get(i).name());
    }
}
