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
import org.bcm4j.data.LabelledImages;
import org.bcm4j.metrics.Bounds;
import org.bcm4j.metrics.Evaluation;
import org.bcm4j.metrics.EvaluationReport;
import org.bcm4j.metrics.FeatureNetwork;
import org.bcm4j.metrics.GenerationQuality;
import org.bcm4j.metrics.InversionQuality;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.Ode;
import org.bcm4j.walk.Walk;
import org.bcm4j.walk.Way;
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
            "  bcm eval models/fashion-mnist --split train --images 2000 --samples 2000 --walk \"80 > 1 > 0\" --out"
                    + " try.json",
            "  bcm eval runs/cifar10/model --data configs/cifar10.yaml --features cifar10-features",
            "  bcm eval runs/edm/model --sampler heun,ddim --steps 5,10,18 --only inversion --out ode.json"
        })
final class EvalCommand implements Callable<Integer> {
    /** Of fewer samples or images, a Fréchet distance is far too high. */
    private static final long FEW = 10_000;

    /** What of a model to measure. */
    enum Direction {
        GENERATION,
        INVERSION
    }

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

    @Mixin
    private final SamplerOptions samplers = new SamplerOptions();

    @Option(
            names = "--only",
            paramLabel = "generation|inversion",
            description = "Measures only one of the two (default: both).")
    private Optional<Direction> only = Optional.empty();

    @Option(
            names = "--samples",
            paramLabel = "N",
            description = "Images to generate along each walk (default: ${DEFAULT-VALUE}).")
    private long samples = 10_000;

    @Option(
            names = "--split",
            paramLabel = "test|train",
            description =
                    "Which of the real images to measure on (default: test); train is for choosing walks, which must"
                            + " not see the test images.")
    private Split split = Split.TEST;

    @Mixin
    private final DataOptions data = new DataOptions();

    @Option(
            names = "--images",
            paramLabel = "N",
            description = "How many of the real images, from the first (default: all).")
    private Optional<Long> images = Optional.empty();


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
        List<Way> chosen = chosenWays();
        List<Way> generation = chosen.stream().filter(way -> way.start() > 0).toList();
        List<Way> inversion = chosen.stream().filter(way -> way.start() == 0).toList();
        DataSource source = data.source();
        LabelledImages real = read(source);
        Evaluation evaluation = new Evaluation(samples, images.orElse((long) real.size()), seed.value());
        if (!generation.isEmpty() && Math.min(evaluation.samples(), evaluation.images()) < FEW) {
            System.err.printf(
                    Locale.ROOT,
                    "bcm: warning: of %,d samples and %,d images the distance comes out too high; compare it with distances"
                            + " of as many, and publish those of at least %,d%n",
                    evaluation.samples(),
                    evaluation.images(),
                    FEW);
        }
        try (org.bcm4j.Bcm bcm = model.openAny();
                FeatureNetwork network = features.open();
                MeasuringProgress progress = new MeasuringProgress()) {
            EvaluationReport report = evaluation.run(
                    new Evaluation.Subject(
                            bcm.model(), model.folder().sha256(), network, real, source.title() + " " + name(split)),
                    generation,
                    inversion,
                    progress);
            progress.close();
            print(report);
            ConfigFile.write(out, report);
        }
        System.out.println("written to " + out);
        return ExitCode.OK;
    }

    private List<Way> chosenWays() {
        Stream<? extends Way> all;
        if (model.folder().config().isDenoiser()) {
            walks.stream().findFirst().ifPresent(walk -> {
                throw WalkOptions.forDenoiser("--walk \"" + walk + "\"");
            });
            all = samplers.all().stream()
                    .flatMap(sampler -> Stream.of(
                            new Ode(sampler, Ode.Direction.GENERATE), new Ode(sampler, Ode.Direction.INVERT)));
        } else {
            samplers.requireNone();
            all = walks.isEmpty() ? storedWalks() : walks.stream().map(Walk::parse);
        }
        return all.<Way>map(way -> way)
                .filter(way -> only.isEmpty() || (way.start() > 0) == (only.get() == Direction.GENERATION))
                .toList();
    }

    private Stream<Walk> storedWalks() {
        RecommendedWalks stored = model.folder().walks();
        return Stream.of(stored.generate(), stored.invert())
                .map(Map::values)
                .flatMap(Collection::stream)
                .map(Walk::parse);
    }

    private LabelledImages read(DataSource source) {
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
                        + "real images: distance from their blur %.3f%s%n"
                        + "in brackets: 95 %% bounds by the bootstrap, seed %d%n",
                protocol.images(),
                protocol.data(),
                protocol.samples(),
                protocol.seed(),
                protocol.precision(),
                protocol.device(),
                report.real().blurredDistance(),
                report.real()
                        .accuracy()
                        .map(share -> String.format(Locale.ROOT, ", classes told rightly %.2f %%", 100 * share))
                        .orElse(""),
                protocol.seed());
        if (!report.generation().isEmpty()) {
            System.out.printf(
                    "%n%-36s %7s %28s %10s %10s%n", "generation", "NFE", "distance", "/ blurred", "agreement");
        }
        for (GenerationQuality.Figures figures : report.generation()) {
            System.out.printf(
                    Locale.ROOT,
                    "%-36s %7d %28s %10.3f %10s%n",
                    figures.walk(),
                    figures.nfe(),
                    text(3, figures.frechetDistance(), figures.frechetDistanceBounds()),
                    figures.relativeToBlurred(),
                    figures.agreement().map(share -> text(3, share)).orElse("-"));
        }
        if (!report.inversion().isEmpty()) {
            System.out.printf(
                    "%n%-36s %7s %6s %28s %23s %25s %10s%n",
                    "inversion",
                    "NFE",
                    "labels",
                    "MSE",
                    "PSNR/dB",
                    "SSIM",
                    "noise std");
        }
        for (InversionQuality.Figures figures : report.inversion()) {
            System.out.printf(
                    Locale.ROOT,
                    "%-36s %7s %6s %28s %23s %25s %10.3f%n",
                    figures.walk(),
                    // There and back.
                    figures.nfe() + "+" + figures.regenerationNfe().orElse(1),
                    name(figures.labels()),
                    text(5, figures.meanSquaredError(), figures.meanSquaredErrorBounds()),
                    figures.peakSignalToNoise()
                            .map(decibels -> text(2, decibels, figures.peakSignalToNoiseBounds()))
                            .orElse("-"),
                    figures.structuralSimilarity()
                            .map(similarity -> text(4, similarity, figures.structuralSimilarityBounds()))
                            .orElse("-"),
                    figures.noiseStandardDeviation());
        }
    }

    private static String text(int decimals, double value) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    private static String text(int decimals, double value, Optional<Bounds> bounds) {
        return text(decimals, value)
                + bounds.map(ends -> " [" + text(decimals, ends.low()) + ", " + text(decimals, ends.high()) + "]")
                        .orElse("");
    }
}
