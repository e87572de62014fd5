package org.bcm4j.training;

import java.nio.file.Path;
import java.util.List;
import org.bcm4j.features.FeatureConfig;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;

/** A feature network that has learnt nothing, for which a discriminator is no worse off. */
final class TinyFeatures {
    private TinyFeatures() {}

    /** Writes one for grey squares of a side; returns its folder. */
    static Path write(Path folder, int side) {
        FeatureConfig config = new FeatureConfig(FeatureConfig.FORMAT, side, 1, 8, 8, 8, List.of("a", "b"), 0.5);
        try (SeededGenerator generator = new SeededGenerator(3, Device.CPU);
                Weights weights = Weights.initialized(config.layout(), generator, Device.CPU)) {
            FeatureNetwork.write(folder, config, weights, "of a test");
        }
        return folder;
    }
}
