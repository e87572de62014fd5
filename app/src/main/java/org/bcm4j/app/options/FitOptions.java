package org.bcm4j.app.options;

import java.util.Optional;
import org.bcm4j.app.files.InputImages;
import org.bcm4j.images.ImageFit;
import org.bcm4j.network.NetworkConfig;
import picocli.CommandLine.Option;

/** The options for images that do not fit a model, or cannot be read. */
public final class FitOptions {
    @Option(
            names = "--fit",
            paramLabel = "crop|pad|stretch",
            description = "Fits images of other sizes: their middle square, all of them with black bars, or stretched"
                    + " (default: they are refused).")
    private Optional<ImageFit> fit = Optional.empty();

    @Option(
            names = "--skip-bad",
            description = "Names images that cannot be used, and goes on with the others (default: stops).")
    private boolean skipBad = false;

    /** A reader of images in the form that the network takes. */
    public InputImages reader(NetworkConfig network) {
        return new InputImages(network, fit, skipBad);
    }
}
