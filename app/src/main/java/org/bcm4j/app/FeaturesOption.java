package org.bcm4j.app;

import java.nio.file.Path;
import java.util.Optional;
import org.bcm4j.features.FeatureNetwork;
import picocli.CommandLine.Option;

/** Which feature network images are measured by. */
final class FeaturesOption {
    private static final Path SHIPPED = Path.of(System.getProperty("bcm.home", ""), "models", "fashion-mnist-features");

    @Option(
            names = "--features",
            paramLabel = "DIR",
            description = "Feature network to measure with (default: the one for Fashion-MNIST that comes with bcm).")
    private Optional<Path> folder = Optional.empty();

    /** The caller closes it. */
    FeatureNetwork open() {
        return FeatureNetwork.open(folder.orElse(SHIPPED));
    }
}
