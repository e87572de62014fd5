package org.bcm4j.app.options;

import java.nio.file.Path;
import java.util.Optional;
import org.bcm4j.features.FeatureNetwork;
import picocli.CommandLine.Option;

/** The option for the feature network that measures images. */
public final class FeaturesOption {
    private static final Path SHIPPED = Path.of(System.getProperty("bcm.home", ""), "models", "fashion-mnist-features");

    @Option(
            names = "--features",
            paramLabel = "DIR",
            description = "Feature network to measure with (default: the one for Fashion-MNIST that comes with bcm).")
    private Optional<Path> folder = Optional.empty();

    /** Opens the network. The caller closes it. */
    public FeatureNetwork open() {
        return FeatureNetwork.open(folder.orElse(SHIPPED));
    }
}
