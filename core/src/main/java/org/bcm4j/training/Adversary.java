package org.bcm4j.training;

import java.util.Map;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bcm4j.unet.NetworkConfig;

/** The discriminator of a run ({@link AdversarialTraining}) with all that a checkpoint keeps of it. */
final class Adversary implements AutoCloseable {
    final Discriminator discriminator;
    final Device device;
    final TrainedWeights weights;
    final RectifiedAdam optimizer;

    Adversary(AdversarialTraining settings, NetworkConfig network, long seed, Device device, int lanes) {
        this.device = device;
        discriminator = settings.discriminator(network, device);
        try (SeededGenerator generator = new SeededGenerator(seed, device)) {
            weights = new TrainedWeights(Weights.initialized(discriminator.layout(), generator, device), lanes);
        }
        optimizer = new RectifiedAdam(settings.optimizer(), discriminator.layout(), device);
    }

    /** The buffers, by the name under which a checkpoint keeps them. */
    Map<String, Weights> buffers() {
        return Map.of(
                "discriminator", weights.values,
                "discriminator.first_moment", optimizer.mean(),
                "discriminator.second_moment", optimizer.square());
    }

    @Override
    public void close() {
        optimizer.close();
        weights.close();
        discriminator.close();
    }
}
