package org.bcm4j.training;

import java.nio.file.Path;
import org.bcm4j.config.Default;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;

/**
 * The trained model that a run starts from.
 *
 * @param from a model folder
 * @param as what it is
 */
public record InitialModel(
        Path from, @Default("same-network") Role as) {
    /** What the model is to the run that starts from it. */
    public enum Role {
        /** It has the very network of the run, whose training goes on. */
        SAME_NETWORK,
        /** It is told t only; bidirectional fine-tuning starts from it ({@link BidirectionalInitialization}). */
        CONSISTENCY_MODEL
    }

    /**
     * The weights for a network of the given layout; the caller closes them.
     *
     * @throws UserException if the folder holds no sound model, or one of a network that does not fit
     */
    Weights weights(WeightLayout layout, Device device) {
        ModelFolder folder = new ModelFolder(from);
        return switch (as) {
            case SAME_NETWORK -> folder.weights(layout, device);
            case CONSISTENCY_MODEL -> {
                ModelConfig config = folder.config();
                try (Weights given = folder.weights(config.network().build().layout(), device)) {
                    yield BidirectionalInitialization.from(given, from.toString(), layout, device);
                }
            }
        };
    }
}
