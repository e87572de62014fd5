package org.bcm4j.app.commands.measuring;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.bcm4j.TensorModel;
import org.bcm4j.app.console.EvaluationTables;
import org.bcm4j.app.console.MeasuringProgress;
import org.bcm4j.app.files.Destination;
import org.bcm4j.app.options.DataOptions;
import org.bcm4j.app.options.FeaturesOption;
import org.bcm4j.app.options.GivenOptions;
import org.bcm4j.app.options.ModelOptions;
import org.bcm4j.app.options.RanksOption;
import org.bcm4j.app.options.SeedOption;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.DataSource;
import org.bcm4j.data.ImageSet;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.metrics.Metric;
import org.bcm4j.metrics.evaluation.Evaluation;
import org.bcm4j.metrics.evaluation.EvaluationReport;
import org.bcm4j.metrics.evaluation.SampleEvaluation;
import org.bcm4j.metrics.evaluation.SampleReport;
import org.bcm4j.metrics.inception.InceptionNetwork;
import org.bcm4j.metrics.samples.InceptionEvaluation;
import org.bcm4j.ranks.SharedWork;
import org.bcm4j.storage.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bcm eval}: measures a model, or samples from any source. */
@Command(
        name = "eval",
        description = {
            "Measures a model: how close its samples are to real images, whether they are of the class asked for, and"
                    + " how well it inverts real images. Prints a table and writes the figures with their protocol.",
            "MODEL may also be samples that anyone made, a folder of pictures or an .npz file with an array images"
                    + " (uint8 [N,C,H,W]), and then --data may be such a folder or file of real images."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  bcm eval models/fashion-mnist --out metrics.json",
            "  bcm eval models/fashion-mnist --split train --images 2000 --samples 2000 --walk \"80 > 1 > 0\" --out"
                    + " try.json",
            "  bcm eval runs/cifar10/model --data configs/cifar10.yaml --features cifar10-features",
            "  bcm eval runs/edm/model --sampler heun,ddim --steps 5,10,18 --metrics mse,psnr --out ode.json",
            "  bcm eval samples.npz --data imagenet64-train/ --metrics fid,is,kid,prdc"
                    + " --inception pt_inception-2015-12-05.pth --statistics imagenet64.npz"
        })
public final class EvalCommand implements Callable<Integer> {
    /** With fewer samples or images, a Fréchet distance is far too high. */
    private static final long FEW = 10_000;

    /** The options for generating samples with a model. */
    private static final List<String> FOR_MODELS =
            List.of("--walk", "--sampler", "--steps", "--initial-noise", "--samples", "--device", "--precision");

    /** The options that select images of a data set. */
    private static final List<String> FOR_DATA_SETS = List.of("--split", "--images", "--data-dir");

    /** The options for real images to compare with, in addition to the statistics. */
    private static final List<String> FOR_REAL_IMAGES = List.of("--data", "--split", "--images", "--data-dir");

    /** The split of the data set to measure on. */
    enum Split {
        TEST,
        TRAIN
    }

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Mixin
    private final EvaluationPathOptions paths = new EvaluationPathOptions();

    @Option(
            names = "--metrics",
            split = ",",
            paramLabel = "METRIC",
            description =
                    "What to measure, separated by commas. Of samples: fid, is (Inception Score), kid, prdc (precision and recall), which"
                            + " need --inception; fd (Fréchet distance in the features of our own, --features). Of inversions: mse, psnr,"
                            + " ssim, together; noise (whether they lead to noise). midpoints (needs --features): of images half-way between two real ones."
                            + " Default: fd, or fid,is with --inception; and of a model mse,psnr,ssim,noise,midpoints.")
    private List<Metric> metrics = List.of();

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

    @Option(
            names = "--inception",
            paramLabel = "FILE",
            description =
                    "Weights of the Inception network, .pth or .safetensors, which are yours to supply: pytorch-fid's file of"
                            + " 2015-12-05.")
    private Optional<Path> inception = Optional.empty();

    @Option(
            names = "--statistics",
            paramLabel = "FILE.npz",
            description =
                    "For fid: mean and covariance (mu, sigma) of the real images' Inception features, as other tools keep them; taken"
                            + " from the file if it is there, else written to it.")
    private Optional<Path> statistics = Optional.empty();

    @Mixin
    private final FeaturesOption features = new FeaturesOption();

    @Mixin
    private final SeedOption seed = new SeedOption();

    @Mixin
    private final RanksOption ranks = new RanksOption();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE.json",
            description = "Where to write the figures (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("metrics.json");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Set<Metric> asked = asked();
        Destination.requireFile("--out", out, ".json");
        // An existing file is only read.
        statistics
                .filter(file -> !Files.isRegularFile(file))
                .ifPresent(file -> Destination.requireFile("--statistics", file, ".npz"));
        if (model.holdsImages()) {
            requireSomethingReal();
            given().refuse(FOR_MODELS, model.path() + " holds samples");
            requireUse(asked);
            return ranks.share(spec, work -> measureSamples(asked, work));
        }
        Evaluation.SamplingPaths measured = paths.of(model.folder(), asked, !metrics.isEmpty());
        if (measured.generation().isEmpty()) {
            asked.removeIf(metric -> metric.kind() == Metric.Kind.FEATURES || metric.kind() == Metric.Kind.INCEPTION);
        }
        requireUse(asked);
        return ranks.share(spec, work -> measureModel(asked, measured, work));
    }

    /** The metrics to compute: those that were requested, or the default ones. */
    private Set<Metric> asked() {
        boolean samples = model.holdsImages();
        Set<Metric> asked = EnumSet.noneOf(Metric.class);
        asked.addAll(metrics);
        if (metrics.isEmpty()) {
            asked.addAll(inception.isPresent() ? Set.of(Metric.FID, Metric.IS) : Set.of(Metric.FD));
            asked.addAll(
                    samples ? Set.of() : Set.of(Metric.MSE, Metric.PSNR, Metric.SSIM, Metric.NOISE, Metric.MIDPOINTS));
        }
        for (Metric metric : asked) {
            String option = "--metrics " + metric.name().toLowerCase(Locale.ROOT) + ": ";
            boolean ofModels = metric.kind() == Metric.Kind.INVERSION || metric.kind() == Metric.Kind.INTERPOLATION;
            if (ofModels && samples) {
                throw new UserException(
                        option + "measures inversions, but " + model.path() + " holds samples; give a model");
            }
            if (metric.kind() == Metric.Kind.INCEPTION && inception.isEmpty()) {
                throw new UserException(option + "needs the weights of the Inception network; give pytorch-fid's"
                        + " file of 2015-12-05 with --inception");
            }
        }
        statistics.filter(file -> !asked.contains(Metric.FID)).ifPresent(file -> {
            throw new UserException("--statistics " + file + ": are for the FID; add fid to --metrics");
        });
        return asked;
    }

    /** Checks that there is something to compare samples with. The default of --data is for models only. */
    private void requireSomethingReal() {
        statistics.filter(file -> !Files.isRegularFile(file) && !data.isNamed()).ifPresent(file -> {
            throw new UserException("--statistics " + file
                    + ": does not exist; give the images to compute it from with --data, or another file");
        });
    }

    static boolean hasAny(Set<Metric> metrics, Metric.Kind kind) {
        return metrics.stream().anyMatch(metric -> metric.kind() == kind);
    }

    /** The networks that compute features of samples; only those that are needed are open. */
    private record Networks(Optional<FeatureNetwork> features, Optional<InceptionEvaluation> inception)
            implements AutoCloseable {
        @Override
        public void close() {
            features.ifPresent(FeatureNetwork::close);
            inception.ifPresent(evaluation -> evaluation.network().close());
        }
    }

    private Networks networks(Set<Metric> asked) {
        return new Networks(
                hasAny(asked, Metric.Kind.FEATURES) || hasAny(asked, Metric.Kind.INTERPOLATION)
                        ? Optional.of(features.open())
                        : Optional.empty(),
                inception
                        .filter(file -> hasAny(asked, Metric.Kind.INCEPTION))
                        .map(file -> new InceptionEvaluation(InceptionNetwork.open(file), asked, statistics)));
    }

    private void measureModel(Set<Metric> asked, Evaluation.SamplingPaths measured, SharedWork work) {
        DataSource source = data.source();
        LabelledImages real = work.inEach(() -> read(source));
        Evaluation evaluation = new Evaluation(samples, images.orElse((long) real.size()), seed.value());
        if (!measured.generation().isEmpty() && work.isFirst()) {
            warnOfFew(asked, evaluation.samples(), Optional.of(evaluation.images()));
        }
        try (TensorModel bcm = work.inEach(model::openAny);
                Networks networks = work.inEach(() -> networks(asked));
                MeasuringProgress progress = new MeasuringProgress()) {
            Evaluation.Subject subject = new Evaluation.Subject(
                    bcm.model(),
                    model.folder().sha256(),
                    networks.features(),
                    networks.inception(),
                    real,
                    title(source));
            if (metrics.contains(Metric.MIDPOINTS)) {
                evaluation.requirePairs(subject);
            }
            EvaluationReport report = evaluation.run(subject, measured, progress.of(work));
            progress.close();
            work.inFirst(() -> {
                EvaluationTables.print(report, statistics);
                return written(report);
            });
        }
    }

    private Path written(Record report) {
        ConfigFile.write(out, report);
        System.out.println("written to " + out);
        return out;
    }

    private void measureSamples(Set<Metric> asked, SharedWork work) {
        SampleEvaluation.Named samplesInFiles = new SampleEvaluation.Named(
                work.inEach(() -> ImageSet.at(model.path())), model.path().toString());
        try (Networks networks = work.inEach(() -> networks(asked));
                MeasuringProgress progress = new MeasuringProgress()) {
            SampleEvaluation evaluation = new SampleEvaluation(networks.features(), networks.inception(), seed.value());
            if (evaluation.needsRealImages() && !data.isNamed()) {
                throw new UserException("--metrics: samples are compared with real images; name those with --data");
            }
            // A given data set is opened even if it is not needed, so that a missing one is reported.
            Optional<SampleEvaluation.Named> real = evaluation.needsRealImages() || given().hasAny(FOR_REAL_IMAGES)
                    ? Optional.of(work.inEach(this::realImages)).filter(found -> evaluation.needsRealImages())
                    : Optional.empty();
            if (work.isFirst()) {
                warnOfFew(
                        asked,
                        samplesInFiles.images().count(),
                        real.map(known -> known.images().count()));
            }
            SampleReport report = evaluation.run(samplesInFiles, real, progress.of(work));
            progress.close();
            work.inFirst(() -> {
                EvaluationTables.print(report);
                return written(report);
            });
        }
    }

    private SampleEvaluation.Named realImages() {
        Optional<Path> files = data.images();
        if (files.isPresent()) {
            given().refuse(FOR_DATA_SETS, files.get() + " holds images");
            return new SampleEvaluation.Named(
                    ImageSet.at(files.get()), files.get().toString());
        }
        DataSource source = data.source();
        LabelledImages all = read(source).mixed();
        long count = images.orElse((long) all.size());
        if (count < 1 || count > all.size()) {
            throw new UserException("there are " + all.size() + " images in " + title(source) + ", not " + count);
        }
        return new SampleEvaluation.Named(ImageSet.of(all, count), title(source));
    }

    /** Refuses networks that measure nothing, and a number of samples that nobody measures. */
    private void requireUse(Set<Metric> asked) {
        boolean byInception = hasAny(asked, Metric.Kind.INCEPTION);
        boolean byFeatures = hasAny(asked, Metric.Kind.FEATURES) || hasAny(asked, Metric.Kind.INTERPOLATION);
        if (!byInception) {
            given().refuse(List.of("--inception"), "what is measured needs no Inception network");
        }
        if (!byFeatures) {
            given().refuse(
                            List.of("--features"),
                            byInception
                                    ? "the samples are measured by the Inception network alone"
                                    : "inversions are judged without a feature network");
        }
        if (!byInception && !hasAny(asked, Metric.Kind.FEATURES)) {
            given().refuse(List.of("--samples"), "no metric of samples is asked for");
        }
    }

    private GivenOptions given() {
        return new GivenOptions(spec);
    }

    private static void warnOfFew(Set<Metric> asked, long samples, Optional<Long> images) {
        boolean distances = asked.contains(Metric.FID) || asked.contains(Metric.FD);
        if (distances && Math.min(samples, images.orElse(FEW)) < FEW) {
            System.err.printf(
                    Locale.ROOT,
                    "bcm: warning: of %,d samples%s the distance is too high on average; compare it with distances"
                            + " of as many, and publish those of at least %,d%n",
                    samples,
                    images.map(count -> String.format(Locale.ROOT, " and %,d images", count))
                            .orElse(""),
                    FEW);
        }
    }

    private LabelledImages read(DataSource source) {
        return switch (split) {
            case TEST -> source.test();
            case TRAIN -> source.training();
        };
    }

    private String title(DataSource source) {
        return source.title() + " " + split.name().toLowerCase(Locale.ROOT);
    }
}
