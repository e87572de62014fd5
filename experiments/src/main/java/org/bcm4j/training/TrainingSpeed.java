package org.bcm4j.training;

import java.util.Optional;
import org.bcm4j.network.Network;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/**
 * The measured speed of a network's forward and backward passes on this machine.
 *
 * @param images the number of images evaluated at once
 * @param secondsPerImage time of a forward and a backward pass
 */
public record TrainingSpeed(int images, double secondsPerImage) {
    /**
     * A number of multiply-adds that takes long enough to be timed. It determines how many images are evaluated at
     * once.
     */
    private static final long BURST = 2_000_000_000;

    private static final double PATIENCE_SECONDS = 1.5;

    /**
     * Measures for about two seconds, or two evaluations of a slow network. Weights and images are zeros, which cost
     * the same as other values. There is no dropout.
     *
     * @param config gives the network to measure. At most its micro-batch of images is used
     */
    public static TrainingSpeed measure(TrainingConfig config, Device device, Precision precision) {
        Network network = config.network().build();
        long atOnce = Math.max(1, BURST / network.cost().multiplyAdds());
        int images = (int) Math.min(atOnce, config.batchSize() / config.microBatches());
        try (Weights weights = Weights.zeros(network.layout(), device);
                Weights live = weights.trainable()) {
            Runnable thereAndBack = () -> thereAndBack(network, config.network(), live, images, device, precision);
            thereAndBack.run(); // allocates memory and chooses kernels
            long begin = System.nanoTime();
            int times = 0;
            double seconds;
            do {
                thereAndBack.run();
                times++;
                seconds = (System.nanoTime() - begin) * 1e-9;
            } while (seconds < PATIENCE_SECONDS);
            return new TrainingSpeed(images, seconds / times / images);
        }
    }

    private static void thereAndBack(
            Network network, NetworkConfig config, Weights live, int images, Device device, Precision precision) {
        try (Scope scope = Scope.open()) {
            Tensor x = device.zeros(images, config.imageChannels(), config.imageSize(), config.imageSize());
            Tensor t = device.full(1, images);
            Optional<Tensor> labels =
                    config.classes() == 0 ? Optional.empty() : Optional.of(device.integers(new long[images]));
            Tensor loss;
            try (Precision.Guard guard = precision.on(device)) {
                loss = network.apply(Pass.evaluating(live), x, t, t, labels)
                        .square()
                        .mean();
            }
            loss.backward();
            live.gradient().norm().item_double(); // waits for an asynchronous device
        }
    }
}
