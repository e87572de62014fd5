package org.bcm4j.app.commands.measuring;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.bcm4j.app.console.Progress;
import org.bcm4j.app.files.Destination;
import org.bcm4j.app.files.Destination.Kind;
import org.bcm4j.app.options.DataOptions;
import org.bcm4j.app.options.SeedOption;
import org.bcm4j.data.DataSource;
import org.bcm4j.features.FeatureConfig;
import org.bcm4j.features.FeatureTraining;
import org.bcm4j.storage.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bcm features}: the small classifier whose features {@code bcm eval} uses. */
@Command(
        name = "features",
        description = "Trains the feature network that bcm eval measures images by.",
        synopsisSubcommandLabel = "train",
        subcommands = FeaturesCommand.Train.class,
        footerHeading = "%nExample:%n",
        footer = "  bcm features train --out my-features")
public final class FeaturesCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new UserException("features: say what to do, as in: bcm features train --out my-features");
    }

    /** {@code bcm features train}. */
    @Command(
            name = "train",
            description = "Trains a feature network to tell the classes of a data set apart: minutes on two cores.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  bcm features train --seed 1 --out my-features",
                "  bcm features train --data configs/cifar10.yaml --out cifar10-features"
            })
    static final class Train implements Callable<Integer> {
        @Option(
                names = {"-o", "--out"},
                required = true,
                paramLabel = "DIR",
                description = "Folder to write, new or empty.")
        private Path out = Path.of("");

        @Option(
                names = "--epochs",
                paramLabel = "N",
                description = "Passes over the training images (default: ${DEFAULT-VALUE}).")
        private int epochs = 6;

        @Mixin
        private final DataOptions data = new DataOptions();

        @Mixin
        private final SeedOption seed = new SeedOption();

        @Override
        public Integer call() {
            if (epochs < 1) {
                throw new UserException("--epochs " + epochs + ": must be at least 1");
            }
            Destination destination = Destination.of(out, Kind.FOLDER);
            FeatureConfig trained = train(data.source(), destination.path());
            System.out.printf(
                    Locale.ROOT,
                    "%s: %.2f %% of the test images classified rightly, %s%n",
                    out,
                    100 * trained.testAccuracy(),
                    seed);
            return ExitCode.OK;
        }

        private FeatureConfig train(DataSource source, Path folder) {
            FeatureTraining training = new FeatureTraining(seed.value(), epochs);
            try (Progress progress = Progress.show("training", "%", 0, 100)) {
                return training.run(
                        source.training(),
                        source.test(),
                        folder,
                        (step, steps, loss) ->
                                progress.at(100 * step / steps, String.format(Locale.ROOT, "loss %.3f", loss)));
            }
        }
    }
}
