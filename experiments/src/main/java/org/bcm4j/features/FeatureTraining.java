package org.bcm4j.features;

import static org.bcm4j.tensor.Ops.scalar;

import java.nio.file.Path;
import java.util.Locale;
import org.bcm4j.data.Batches;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.ShuffledOrder;
import org.bcm4j.nn.Pass;
import org.bcm4j.optimizer.OptimizerSettings;
import org.bcm4j.optimizer.RectifiedAdam;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Trains a {@link FeatureNetwork} as a classifier: cross-entropy, RAdam with a rate that falls linearly to 0, an
 * average of the weights, and images shifted by up to one pixel. Images are not mirrored: features that cannot
 * distinguish left from right would not detect a generator that confuses them.
 *
 * @param seed seeds the weights, the order of the images and their shifts
 * @param epochs passes over the training images
 */
public record FeatureTraining(long seed, int epochs) {
    private static final int BATCH = 128;
    private static final int SHIFT = 1;
    private static final double LEARNING_RATE = 0.003;
    private static final double AVERAGE_RATE = 0.99;
    private static final int FIRST_WIDTH = 32;
    private static final int SECOND_WIDTH = 64;
    private static final int FEATURES = 64;

    /** Receives the progress of the training. */
    @FunctionalInterface
    public interface Listener {
        /** @param loss mean cross-entropy since the last call, in nats */
        void trained(long step, long steps, double loss);
    }

    /** @throws IllegalArgumentException unless there is at least one epoch */
    public FeatureTraining {
        if (epochs < 1) {
            throw new IllegalArgumentException("epochs must be at least 1, is " + epochs);
        }
    }

    /**
     * Trains on {@code training}, measures the accuracy on {@code test}, and writes the network's folder.
     *
     * @return the folder's configuration, including the accuracy on {@code test}
     * @throws UserException if the images are not squares with a side divisible by 4, if there is only one class, or if
     *     the images of {@code test} have another format
     */
    public FeatureConfig run(LabelledImages training, LabelledImages test, Path folder, Listener listener) {
        requireLearnable(training, test);
        FeatureConfig config = new FeatureConfig(
                FeatureConfig.FORMAT,
                training.height(),
                training.channels(),
                FIRST_WIDTH,
                SECOND_WIDTH,
                FEATURES,
                training.classNames(),
                0);
        FeatureLayers layers = new FeatureLayers(config);
        try (SeededGenerator generator = new SeededGenerator(seed, Device.CPU);
                Weights weights = Weights.initialized(config.layout(), generator, Device.CPU);
                Weights live = weights.trainable();
                Weights average = weights.copy();
                RectifiedAdam optimizer = new RectifiedAdam(settings(), config.layout(), Device.CPU)) {
            ShuffledOrder order = new ShuffledOrder(training.size(), seed);
            long steps = Math.max(1, (long) epochs * training.size() / BATCH);
            long interval = Math.max(1, steps / 100);
            double loss = 0;
            for (long step = 0; step < steps; step++) {
                loss += lossOfStep(layers, live, training, order.indices(step * BATCH, BATCH), generator);
                double rate = LEARNING_RATE * (steps - step) / steps;
                optimizer.update(live, rate, average, AVERAGE_RATE);
                if ((step + 1) % interval == 0) {
                    listener.trained(step + 1, steps, loss / interval);
                    loss = 0;
                }
            }
            FeatureConfig trained = config.withTestAccuracy(accuracy(layers, average, test));
            FeatureNetwork.write(folder, trained, average, card(trained, average));
            return trained;
        }
    }

    private static void requireLearnable(LabelledImages training, LabelledImages test) {
        if (training.height() != training.width() || training.height() % 4 != 0) {
            throw new UserException("a feature network needs square images whose side is divisible by 4, but these are "
                    + training.height() + " x " + training.width() + "; set data.size of a folder of pictures");
        }
        if (training.classNames().size() < 2) {
            throw new UserException(
                    "a feature network learns to classify, but these images have only one class; name their"
                            + " classes, or use a feature network that was trained on other images of this size");
        }
        boolean alike = training.channels() == test.channels()
                && training.height() == test.height()
                && training.width() == test.width();
        if (!alike) {
            throw new UserException("the test images are " + test.channels() + " x " + test.height() + " x "
                    + test.width() + ", the training images " + training.channels() + " x " + training.height() + " x "
                    + training.width() + "; all must have the same size and the same channels");
        }
    }

    private static OptimizerSettings settings() {
        return new OptimizerSettings(LEARNING_RATE, 0.9, 0.999, 1e-8, 1.0);
    }

    /** The loss of a step. Leaves the gradient in {@code live}. */
    private static double lossOfStep(
            FeatureLayers layers, Weights live, LabelledImages images, long[] indices, SeededGenerator generator) {
        live.gradient().zero_();
        try (Scope scope = Scope.open()) {
            Tensor batch = shifted(images.images(indices), generator.uniforms(2));
            Pass pass = Pass.evaluating(live);
            Tensor logits = layers.responses(pass, layers.apply(pass, batch)).logits();
            Tensor loss = torch.cross_entropy_loss(logits, images.labels(indices));
            loss.backward();
            return loss.item_double();
        }
    }

    /** Moves all images by the same offset, up to {@link #SHIFT} pixel in each direction. Black fills the border. */
    private static Tensor shifted(Tensor images, double[] uniform) {
        Tensor padded = torch.constant_pad_nd(images, new long[] {SHIFT, SHIFT, SHIFT, SHIFT}, scalar(-1.0));
        return padded.narrow(2, (long) (uniform[0] * (2 * SHIFT + 1)), images.size(2))
                .narrow(3, (long) (uniform[1] * (2 * SHIFT + 1)), images.size(3));
    }

    private static double accuracy(FeatureLayers layers, Weights weights, LabelledImages images) {
        long right = 0;
        for (long[] indices : Batches.of(images.size())) {
            try (Scope scope = Scope.open();
                    NoGradients guard = new NoGradients()) {
                Pass pass = Pass.evaluating(weights);
                right += layers.responses(pass, layers.apply(pass, images.images(indices)))
                        .agreeing(images.labels(indices));
            }
        }
        return (double) right / images.size();
    }

    private String card(FeatureConfig config, Weights weights) {
        return String.format(
                Locale.ROOT,
                """
                # Feature network

                A small classifier of %d classes, whose %d penultimate activations `bcm eval` measures images by:
                the Fréchet distance between two sets of images is taken between Gaussians fitted to their features.
                Such a distance is no FID: compare it only with figures of this same network.

                | | |
                |---|---|
                | images | %d x %d, %d channel(s), scaled to [-1,1] |
                | layers | 2x2 pixels to channels, 3x3 convolution of %d channels, max pooling by 2, \
                3x3 convolution of %d channels, dense layer of %d (the features), each with ReLU; a dense layer of %d |
                | classes | %s |
                | parameters | %,d |
                | accuracy on the test images | %.2f %% |

                Trained with `bcm features train`, seed %d, epochs %d.
                """,
                config.classNames().size(),
                config.features(),
                config.imageSize(),
                config.imageSize(),
                config.imageChannels(),
                config.firstWidth(),
                config.secondWidth(),
                config.features(),
                config.classNames().size(),
                String.join(", ", config.classNames()),
                weights.layout().parameterCount(),
                100 * config.testAccuracy(),
                seed,
                epochs);
    }
}
