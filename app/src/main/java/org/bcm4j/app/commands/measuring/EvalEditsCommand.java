package org.bcm4j.app.commands.measuring;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.bcm4j.TensorModel;
import org.bcm4j.app.console.MeasuringProgress;
import org.bcm4j.app.files.Destination;
import org.bcm4j.app.options.DataOptions;
import org.bcm4j.app.options.FeaturesOption;
import org.bcm4j.app.options.ModelOptions;
import org.bcm4j.app.options.RanksOption;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.DataSource;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.metrics.edits.EditingEvaluation;
import org.bcm4j.metrics.edits.EditingReport;
import org.bcm4j.metrics.evaluation.Evaluation;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.ranks.SharedWork;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bcm eval-edits}: measures how well a model edits real images. */
@Command(
        name = "eval-edits",
        description = {
            "Measures how well a model edits test images: inpainting beside that of consistency models, restoration of"
                    + " JPEG quality 10 to 30, interpolation with different and shared initial noise; means over seeds"
                    + " with 95 %% confidence intervals."
        },
        footerHeading = "%nExample:%n",
        footer = "  bcm eval-edits models/fashion-mnist --images 1000 --seeds 5 --out editing.json")
public final class EvalEditsCommand implements Callable<Integer> {
    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Option(names = "--images", paramLabel = "N", description = "Test images to edit (default: ${DEFAULT-VALUE}).")
    private long images = 1000;

    @Option(names = "--seeds", paramLabel = "N", description = "Seeds to average over (default: ${DEFAULT-VALUE}).")
    private int seeds = 5;

    @Mixin
    private final DataOptions data = new DataOptions();

    @Mixin
    private final FeaturesOption features = new FeaturesOption();

    @Mixin
    private final RanksOption ranks = new RanksOption();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE.json",
            description = "Where to write the figures (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("editing.json");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Destination.requireFile("--out", out, ".json");
        model.requireBothDirections();
        EditingEvaluation evaluation = new EditingEvaluation(images, seeds);
        return ranks.share(spec, work -> measure(evaluation, work));
    }

    private void measure(EditingEvaluation evaluation, SharedWork work) {
        DataSource source = data.source();
        LabelledImages test = work.inEach(source::test);
        try (TensorModel bcm = work.inEach(model::open);
                FeatureNetwork network = work.inEach(features::open);
                MeasuringProgress progress = new MeasuringProgress()) {
            EditingReport report = evaluation.run(
                    new Evaluation.Subject(
                            bcm.model(), model.folder().sha256(), network, test, source.title() + " test"),
                    model.folder().walks(),
                    progress.of(work));
            progress.close();
            work.inFirst(() -> written(report));
        }
    }

    private Path written(EditingReport report) {
        print(report);
        ConfigFile.write(out, report);
        System.out.println("written to " + out);
        return out;
    }

    private static void print(EditingReport report) {
        System.out.printf(
                Locale.ROOT,
                "%d images of %s, the same for each of %d seeds: intervals hold the noise's variation, not the images';"
                        + " distances are relative to that of blurred images%n",
                report.images(),
                report.data(),
                report.seeds());
        print("inpainting", report.inpainting());
        System.out.printf(
                Locale.ROOT,
                "known pixels that inpainting changed: %d%n",
                report.inpainting().stream()
                        .mapToLong(EditingReport.Repair::changedKnown)
                        .sum());
        print("restoration", report.restoration());
        System.out.printf(Locale.ROOT, "%n%-64s %24s%n", "interpolation, initial noise", "distance");
        for (EditingReport.Midpoints midpoints : report.interpolation()) {
            String how = String.format(
                    Locale.ROOT,
                    "%s (%s, %s)",
                    midpoints.initialNoise(),
                    midpoints.inversion(),
                    midpoints.generation());
            System.out.printf(Locale.ROOT, "%-64s %24s%n", how, text(midpoints.distance()));
        }
        System.out.printf(Locale.ROOT, "%n%-96s %26s%n", "what this shows", "by");
        for (EditingReport.Claim claim : report.claims()) {
            System.out.printf(
                    Locale.ROOT,
                    "%-4s %-91s %26s%n",
                    claim.holds() ? "yes" : "no",
                    claim.claim(),
                    text(claim.difference()));
        }
    }

    private static void print(String title, List<EditingReport.Repair> repairs) {
        System.out.printf(
                Locale.ROOT,
                "%n%-56s %3s %24s %14s %24s %14s%n",
                title,
                "NFE",
                "MSE",
                "of the damaged",
                "distance",
                "of the damaged");
        for (EditingReport.Repair repair : repairs) {
            String walk = repair.walk().length() > 28 ? repair.walk().substring(0, 25) + "..." : repair.walk();
            System.out.printf(
                    Locale.ROOT,
                    "%-56s %3d %24s %14.4f %24s %14.4f%n",
                    repair.damage() + ", " + repair.method() + ", " + walk,
                    repair.nfe(),
                    text(repair.meanSquaredError()),
                    repair.damagedError(),
                    text(repair.distance()),
                    repair.damagedDistance());
        }
    }

    private static String text(ConfidenceInterval interval) {
        return String.format(Locale.ROOT, "%.4f (%.4f to %.4f)", interval.mean(), interval.low(), interval.high());
    }
}
