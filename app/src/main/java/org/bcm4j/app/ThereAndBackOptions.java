package org.bcm4j.app;

import java.util.Optional;
import org.bcm4j.model.RecommendedWalks.Purpose;
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
        model.requireBothWays();
        return walks.thereAndBack(model, inversion, Purpose.INTERPOLATE);
    }

    /** The way to swap classes; as {@link #interpolation}. */
    ThereAndBack swap(ModelOptions model) {
        model.requireBothWays();
        return walks.thereAndBack(model, inversion, Purpose.SWAP);
    }
}
