package org.bcm4j.app.commands.editing;

import java.util.Optional;
import org.bcm4j.app.options.ModelOptions;
import org.bcm4j.app.options.WalkOptions;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.walk.ThereAndBack;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options for the walk to noise and back. Without an edit, it returns the images that it started from. */
final class ThereAndBackOptions {
    @Mixin
    private final WalkOptions walks = new WalkOptions();

    @Option(
            names = "--inversion",
            paramLabel = "WALK",
            description = "Only the path from the pictures to noise; --walk then names only the path back.")
    private Optional<String> inversion = Optional.empty();

    /**
     * The walk for interpolation.
     *
     * @throws org.bcm4j.storage.UserException if the model cannot go in both directions, or the walk adds noise
     *     anywhere except at its start
     */
    ThereAndBack interpolation(ModelOptions model) {
        model.requireBothDirections();
        return walks.thereAndBack(model, inversion, Purpose.INTERPOLATE);
    }

    /** The walk for swapping classes; as {@link #interpolation}. */
    ThereAndBack swap(ModelOptions model) {
        model.requireBothDirections();
        return walks.thereAndBack(model, inversion, Purpose.SWAP);
    }
}
