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
 * The trained model from which a run starts.
 *
 * @param from a model folder
 * @param as the model's role
 */
public record InitialModel(
        Path from, @Default("same-network") Role as) {
    /** The role of the model in the run that starts from it. */
    public enum Role {
        /** It has the same network as the run, which continues its training. */
        SAME_NETWORK,
        /** It receives t only. Bidirectional fine-tuning starts from it ({@link BidirectionalInitialization}). */
        CONSISTENCY_MODEL
    }

    /**
     * The weights for a network of the given layout. The caller closes them.
     *
     * @throws UserException if the folder holds no valid model, or its network does not fit
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
