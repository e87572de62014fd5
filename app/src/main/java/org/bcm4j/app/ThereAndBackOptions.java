package org.bcm4j.app;

import java.util.Optional;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.walk.ThereAndBack;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which way to take to noise and back, so that images which nothing is done to come back as they were. */
final class ThereAndBackOptions {
    @Mixin
    private final WalkOptions walks = new WalkOptions();

    @Option(
            names = "--inversion",
            paramLabel = "WALK",
            description = "Only the way from the pictures to noise; --walk then names only the way back.")
    private Optional<String> inversion = Optional.empty();

    /**
     * The way to interpolate.
     *
     * @throws org.bcm4j.storage.UserException if the model can not go both ways, or the way adds noise but at its start
     */
    ThereAndBack interpolation(ModelOptions model) {
        return walks.thereAndBack(stored(model).interpolate(), inversion, "interpolate");
    }

    /** The way to swap classes; as {@link #interpolation}. */
    ThereAndBack swap(ModelOptions model) {
        return walks.thereAndBack(stored(model).swap(), inversion, "swap");
    }

    private static RecommendedWalks stored(ModelOptions model) {
        model.requireBothWays();
        return model.folder().walks();
    }
}
