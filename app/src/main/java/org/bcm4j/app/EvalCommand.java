package org.bcm4j.app;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.DataSource;
import org.bcm4j.data.FashionMnist;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.metrics.Evaluation;
import org.bcm4j.metrics.EvaluationReport;
import org.bcm4j.metrics.FeatureNetwork;
import org.bcm4j.metrics.GenerationQuality;
import org.bcm4j.metrics.InversionQuality;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.Walk;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bcm eval}: the figures of a model. */
@Command(
        name = "eval",
        description = {
            "Measures a model: how close its samples are to real images, whether they are of the class asked for, and"
                    + " how well it inverts real images. Prints a table and writes the figures with their protocol."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  bcm eval models/fashion-mnist --out metrics.json",
            "  bcm eval models/fashion-mnist --data train --images 2000 --samples 2000 --walk \"80 > 1 > 0\" --out"
                    + " try.json"
        })
final class EvalCommand implements Callable<Integer> {
    /** The division of the data set to measure on. */
    enum Split {
        TEST,
        TRAIN
    }

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Option(
            names = "--walk",
            paramLabel = "WALK",
            description = "A walk to measure, from noise to images or from images to noise; may be given several times"
                    + " (default: all walks stored with the model).")
    private List<String> walks = List.of();

    @Option(
            names = "--samples",
            paramLabel = "N",
            description = "Images to generate along each walk (default: ${DEFAULT-VALUE}).")
    private long samples = 10_000;

    @Option(
            names = "--data",
            paramLabel = "test|train",
            description =
                    "Real images to measure on (default: test); train is for choosing walks, which must not see the"
                            + " test images.")
    private Split split = Split.TEST;

    @Option(
            names = "--images",
            paramLabel = "N",
            description = "How many of the real images, from the first (default: all).")
    private Optional<Long> images = Optional.empty();

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the files of Fashion-MNIST are (default: where Debian's package puts them).")
    private Optional<Path> directory = Optional.empty();

    @Mixin
    private final FeaturesOption features = new FeaturesOption();

    @Mixin
    private final SeedOption seed = new SeedOption();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE.json",
            description = "Where to write the figures (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("metrics.json");

    @Override
    public Integer call() {
        if (!out.toString().toLowerCase(Locale.ROOT).endsWith(".json")) {
            throw new UserException("--out " + out + ": name a .json file");
        }
        List<Walk> chosen = chosenWalks();
        LabelledImages real = read();
        Evaluation evaluation = new Evaluation(samples, images.orElse((long) real.size()), seed.value());
        String data = new FashionMnist(directory).title() + " " + name(split);
        try (org.bcm4j.Bcm bcm = model.open();
                FeatureNetwork network = features.open();
                MeasuringProgress progress = new MeasuringProgress()) {
            EvaluationReport report = evaluation.run(
                    new Evaluation.Subject(bcm.model(), model.folder().sha256(), network, real, data),
                    chosen.stream().filter(walk -> walk.start() > 0).toList(),
                    chosen.stream().filter(walk -> walk.start() == 0).toList(),
                    progress);
            progress.close();
            print(report);
            ConfigFile.write(out, report);
        }
        System.out.println("written to " + out);
        return ExitCode.OK;
    }

    private List<Walk> chosenWalks() {
        if (!walks.isEmpty()) {
            return walks.stream().map(Walk::parse).toList();
        }
        RecommendedWalks stored = model.folder().walks();
        return Stream.of(stored.generate(), stored.invert())
                .map(Map::values)
                .flatMap(Collection::stream)
                .map(Walk::parse)
                .toList();
    }

    private LabelledImages read() {
        DataSource source = new FashionMnist(directory);
        return switch (split) {
            case TEST -> source.test();
            case TRAIN -> source.training();
        };
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static void print(EvaluationReport report) {
        EvaluationReport.Protocol protocol = report.protocol();
        System.out.printf(
                Locale.ROOT,
                "%d images of %s, %d samples a walk, seed %d, %s on %s%n"
                        + "real images: distance from their blur %.3f, classes told rightly %.2f %%%n",
                protocol.images(),
                protocol.data(),
                protocol.samples(),
                protocol.seed(),
                protocol.precision(),
                protocol.device(),
                report.real().blurredDistance(),
                100 * report.real().accuracy());
        if (!report.generation().isEmpty()) {
            System.out.printf(
                    "%n%-36s %3s %10s %10s %10s%n", "generation", "NFE", "distance", "/ blurred", "agreement");
        }
        for (GenerationQuality.Figures figures : report.generation()) {
            System.out.printf(
                    Locale.ROOT,
                    "%-36s %3d %10.3f %10.3f %10s%n",
                    figures.walk(),
                    figures.nfe(),
                    figures.frechetDistance(),
                    figures.relativeToBlurred(),
                    figures.agreement().map(share -> "%.3f".formatted(share)).orElse("-"));
        }
        if (!report.inversion().isEmpty()) {
            System.out.printf(
                    "%n%-36s %3s %10s %10s %10s %10s%n", "inversion", "NFE", "labels", "MSE", "PSNR/dB", "noise std");
        }
        for (InversionQuality.Figures figures : report.inversion()) {
            System.out.printf(
                    Locale.ROOT,
                    "%-36s %3d %10s %10.5f %10s %10.3f%n",
                    figures.walk(),
                    figures.nfe(),
                    name(figures.labels()),
                    figures.meanSquaredError(),
                    figures.peakSignalToNoise()
                            .map(decibels -> "%.2f".formatted(decibels))
                            .orElse("-"),
                    figures.noiseStandardDeviation());
        }
    }
}
