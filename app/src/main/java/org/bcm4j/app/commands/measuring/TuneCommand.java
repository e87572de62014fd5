package org.bcm4j.app.commands.measuring;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bcm4j.TensorModel;
import org.bcm4j.app.console.MeasuringProgress;
import org.bcm4j.app.files.Destination;
import org.bcm4j.app.options.DataOptions;
import org.bcm4j.app.options.FeaturesOption;
import org.bcm4j.app.options.GivenOptions;
import org.bcm4j.app.options.ModelOptions;
import org.bcm4j.app.options.SeedOption;
import org.bcm4j.data.DataSource;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.edits.Corruption;
import org.bcm4j.metrics.edits.EditingQuality;
import org.bcm4j.metrics.evaluation.Evaluation;
import org.bcm4j.metrics.evaluation.GenerationQuality;
import org.bcm4j.metrics.evaluation.InversionQuality;
import org.bcm4j.metrics.evaluation.WalkSearch;
import org.bcm4j.metrics.samples.RealImages;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.storage.OptionRange;
import org.bcm4j.storage.ShellWord;
import org.bcm4j.storage.UserException;
import org.bcm4j.storage.Writability;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.Walk;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bcm tune}: searches for the best numbers of a walk for a model. */
@Command(
        name = "tune",
        description = {
            "Looks for the noise scales of a walk that serve a model best, on training images. With --save the walk is"
                    + " stored with the model, which is else left as it is.",
            "Samples are judged by their Fréchet distance from real images; inversions by the error of what is"
                    + " generated again; inpainting and restoration (of JPEG quality 20) by the Fréchet distance of"
                    + " the results."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  bcm tune models/fashion-mnist --for sample --nfe 2 --plot tried.png",
            "  bcm tune models/fashion-mnist --for invert --nfe 3 --walk \"0 +0.07 > 0.4 > 6 > 80\" --budget 40 --save"
        })
public final class TuneCommand implements Callable<Integer> {
    private static final Corruption COMPRESSION = new Corruption.Compression(20);

    /** The options of the search, which the command to save a walk leaves out. */
    private static final Set<String> SEARCHING = Set.of("--walk", "--budget", "--plot");

    /** The aims that a search can measure. */
    enum Aim {
        SAMPLE(Purpose.SAMPLE),
        INVERT(Purpose.INVERT),
        INPAINT(Purpose.INPAINT),
        RESTORE(Purpose.RESTORE);

        private final Purpose purpose;

        Aim(Purpose purpose) {
            this.purpose = purpose;
        }
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private static final int LEAST_IMAGES = 100;
    private static final int MOST_IMAGES = 2000;

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Option(
            names = "--for",
            required = true,
            paramLabel = "sample|invert|inpaint|restore",
            description = "What the walk is to be good for.")
    private Aim aim = Aim.SAMPLE;

    @Option(names = "--nfe", paramLabel = "K", description = "Evaluations of the walk (default: ${DEFAULT-VALUE}).")
    private int nfe = 2;

    @Option(
            names = "--walk",
            paramLabel = "WALK",
            description = "Walk to start from (default: the better of the model's own and the untuned one).")
    private Optional<String> start = Optional.empty();

    @Option(names = "--budget", paramLabel = "N", description = "How many walks to try (default: ${DEFAULT-VALUE}).")
    private int budget = 20;

    @Option(
            names = "--images",
            paramLabel = "N",
            description =
                    "How many images to judge a walk by (default: " + MOST_IMAGES + ", or all if there are fewer).")
    private Optional<Integer> wanted = Optional.empty();

    private int images;

    @Mixin
    private final DataOptions data = new DataOptions();

    @Option(
            names = "--save",
            description = "Stores the best walk in the model's walks.json; without it, nothing of the model changes.")
    private boolean save = false;

    @Option(names = "--plot", paramLabel = "FILE.png", description = "Draws what was tried.")
    private Optional<Path> plot = Optional.empty();

    @Mixin
    private final FeaturesOption features = new FeaturesOption();

    @Mixin
    private final SeedOption seed = new SeedOption();

    @Override
    public Integer call() {
        if (aim == Aim.INVERT) {
            model.requireBothDirections();
            new GivenOptions(spec).refuse(List.of("--features"), "inversions are judged by their errors");
        } else {
            model.requireNoDenoiser();
        }
        ModelFolder folder = model.folder();
        List<Walk> starts = starts(folder.walks(), folder.config());
        if (save) {
            Writability.requireFile(walksFile());
        }
        plot.ifPresent(file -> Destination.requirePicture("--plot", file));
        OptionRange.require("--budget", budget, starts.size(), 10_000);
        DataSource source = data.source();
        LabelledImages training = source.training().mixed();
        Evaluation.requireFit(folder.config(), training, source.title());
        if (training.size() < LEAST_IMAGES) {
            throw new UserException(source.title() + " has " + training.size()
                    + " training images, but a walk is judged by at least " + LEAST_IMAGES + "; use more data");
        }
        images = wanted.orElse(Math.min(MOST_IMAGES, training.size()));
        OptionRange.require("--images", images, LEAST_IMAGES, training.size());
        List<WalkSearch.Found> tried = new ArrayList<>();
        // Of edits: a restoration that is near to real images can be far from its own.
        Map<Walk, Double> pixelErrors = new HashMap<>();
        WalkSearch.Found best;
        try (TensorModel bcm = model.open();
                MeasuringProgress progress = new MeasuringProgress()) {
            TrainedModel judged = bcm.model();
            judged.requireWalks();
            if (aim == Aim.INVERT) {
                best = search(starts, inversionCost(judged, training, Measuring.alone(progress)), tried);
            } else {
                try (FeatureNetwork network = features.open()) {
                    network.requireFit(training, source.title());
                    best = search(
                            starts,
                            distanceCost(judged, network, training, Measuring.alone(progress), pixelErrors),
                            tried);
                }
            }
        }
        if (save) {
            folder.store(folder.walks().with(aim.purpose, nfe, best.walk().toString()));
        }
        plot.ifPresent(file -> TuningPlot.draw(file, tried));
        report(tried, best, pixelErrors);
        return ExitCode.OK;
    }

    /** The walks to start from: the given one, or the model's and the untuned one. */
    private List<Walk> starts(RecommendedWalks stored, ModelConfig config) {
        List<Walk> starts = start.map(text -> List.of(Walk.parse(text)))
                .orElseGet(() -> Stream.of(stored, RecommendedWalks.untuned(config.kind()))
                        .map(walks -> walks.of(aim.purpose))
                        .flatMap(walks -> Stream.ofNullable(walks.get(Integer.toString(nfe))))
                        .distinct()
                        .map(Walk::parse)
                        .toList());
        if (starts.isEmpty()) {
            throw new UserException("--nfe " + nfe + ": there is no walk of " + nfe
                    + " evaluations to start from; write" + " one with --walk");
        }
        for (Walk walk : starts) {
            PathSampler.require(walk, config);
            if (walk.nfe() != nfe) {
                throw new UserException("walk \"" + walk + "\" takes " + walk.nfe() + " NFE, not " + nfe
                        + "; make --nfe and --walk agree");
            }
        }
        return starts;
    }

    private WalkSearch.Found search(List<Walk> starts, ToDoubleFunction<Walk> cost, List<WalkSearch.Found> tried) {
        ToDoubleFunction<Walk> kept = walk -> {
            double found = cost.applyAsDouble(walk);
            tried.add(new WalkSearch.Found(walk, found, tried.size() + 1));
            return found;
        };
        List<WalkSearch.Found> known = starts.stream()
                .map(walk -> new WalkSearch.Found(walk, kept.applyAsDouble(walk), 1))
                .toList();
        return new WalkSearch(budget).minimise(known, kept);
    }

    private ToDoubleFunction<Walk> inversionCost(TrainedModel judged, LabelledImages training, Measuring measuring) {
        InversionQuality.Labels labels =
                judged.config().network().classes() > 0 ? InversionQuality.Labels.TRUE : InversionQuality.Labels.NULL;
        InversionQuality inversion = new InversionQuality(judged, training, images, seed.value(), measuring);
        return walk -> inversion.of(walk, labels).meanSquaredError();
    }

    /**
     * The distance of generated or edited images from real images.
     *
     * @param pixelErrors gets those of edits
     */
    private ToDoubleFunction<Walk> distanceCost(
            TrainedModel judged,
            FeatureNetwork network,
            LabelledImages training,
            Measuring measuring,
            Map<Walk, Double> pixelErrors) {
        RealImages real = RealImages.measure(network, training, training.size(), measuring);
        if (aim == Aim.SAMPLE) {
            GenerationQuality generation =
                    new GenerationQuality(judged, network, real, images, seed.value(), measuring);
            return walk -> generation.of(walk).relativeToBlurred();
        }
        EditingQuality editing = new EditingQuality(judged, network, real, training, images, seed.value(), measuring);
        Corruption damage = aim == Aim.INPAINT ? EditingQuality.HOLE : COMPRESSION;
        return walk -> {
            EditingQuality.Figures figures = editing.of(damage, walk);
            pixelErrors.put(walk, figures.meanSquaredError());
            return figures.relativeToBlurred();
        };
    }

    private void report(List<WalkSearch.Found> tried, WalkSearch.Found best, Map<Walk, Double> pixelErrors) {
        String error = pixelErrors.isEmpty() ? "" : "        MSE";
        System.out.printf(Locale.ROOT, "%-48s %12s%s%n", "walk", aim == Aim.INVERT ? "MSE" : "FD / blurred", error);
        for (WalkSearch.Found found : tried) {
            System.out.printf(
                    Locale.ROOT,
                    "%-48s %12.6f%s%n",
                    found.walk(),
                    found.cost(),
                    column(Optional.ofNullable(pixelErrors.get(found.walk()))));
        }
        System.out.printf(
                Locale.ROOT,
                "best of %d: %s (%d NFE), %.6f, %d training images, %s%n",
                tried.size(),
                best.walk(),
                nfe,
                best.cost(),
                images,
                seed);
        System.out.println(
                save
                        ? "saved in " + walksFile()
                        : "the model is unchanged; to save this walk: " + savingCommand(best.walk()));
    }

    private static String column(Optional<Double> pixelError) {
        return pixelError
                .map(error -> String.format(Locale.ROOT, " %10.6f", error))
                .orElse("");
    }

    private Path walksFile() {
        return model.path().resolve("walks.json");
    }

    /** The given command line with the best walk and without the search. */
    private String savingCommand(Walk walk) {
        Stream<String> given = spec.commandLine().getParseResult().matchedArgs().stream()
                .filter(argument ->
                        !(argument instanceof OptionSpec option) || !SEARCHING.contains(option.longestName()))
                .flatMap(argument -> Stream.concat(
                        argument instanceof OptionSpec option ? Stream.of(option.longestName()) : Stream.empty(),
                        argument.originalStringValues().stream()))
                .map(word -> new ShellWord(word).toString());
        return Stream.concat(given, Stream.of("--walk \"" + walk + "\"", "--budget 1", "--save"))
                .collect(Collectors.joining(" ", "bcm tune ", ""));
    }
}
