package org.bcm4j.metrics.noise;

import static org.bcm4j.tensor.Ops.list;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.Optional;
import org.bcm4j.data.Batches;
import org.bcm4j.data.ShuffledOrder;
import org.bcm4j.nn.LibtorchConvolution;
import org.bcm4j.nn.Operations;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * How well a classifier predicts the class of an image from the noise to which it was inverted. A model that receives
 * the class leads to noise that is independent of the class, so that a classifier of noises is no better than chance.
 * The classifier is small and its training is fixed: two strided 3×3 convolutions of 32 and 64 channels, each with
 * ReLU, dropout of 0.3, one linear layer; Adam with a rate of 0.001, 8 epochs of batches of 100, on the first three
 * quarters of the noises. It always runs on the CPU in float32.
 *
 * @param seed seeds the classifier's weights, the order of the noises and the dropout
 */
record ClassLeak(long seed) {
    private static final int FIRST_WIDTH = 32;
    private static final int SECOND_WIDTH = 64;
    private static final int KERNEL = 3;
    private static final double DROPOUT = 0.3;
    private static final double LEARNING_RATE = 1e-3;
    private static final int EPOCHS = 8;
    private static final int BATCH = 100;

    /** The fewest noises from which the classifier can learn anything useful. */
    static final long LEAST = 8;

    /**
     * The classifier's accuracy on the last quarter of the noises, in [0,1].
     *
     * @param noises float32 [N,C,H,W] on the CPU, at least {@value #LEAST}
     * @param labels the class of each noise, int64 [N] on the CPU
     * @param classes the number of classes
     */
    double accuracy(Tensor noises, Tensor labels, int classes) {
        long count = noises.size(0);
        long learnt = count * 3 / 4;
        try (SeededGenerator generator = new SeededGenerator(seed, Device.CPU);
                Weights weights = Weights.initialized(layout(noises.shape(), classes), generator, Device.CPU);
                Weights live = weights.trainable()) {
            train(live, noises.narrow(0, 0, learnt), labels.narrow(0, 0, learnt), generator);
            return accuracyOn(
                    weights, noises.narrow(0, learnt, count - learnt), labels.narrow(0, learnt, count - learnt));
        }
    }

    private static WeightLayout layout(long[] shape, int classes) {
        long cells = halved(halved(shape[2])) * halved(halved(shape[3]));
        WeightLayout.Builder layout = new WeightLayout.Builder();
        layout.declare("first.weight", Initialization.UNIFORM_FAN_IN, FIRST_WIDTH, shape[1], KERNEL, KERNEL);
        layout.declare("first.bias", Initialization.ZERO, FIRST_WIDTH);
        layout.declare("second.weight", Initialization.UNIFORM_FAN_IN, SECOND_WIDTH, FIRST_WIDTH, KERNEL, KERNEL);
        layout.declare("second.bias", Initialization.ZERO, SECOND_WIDTH);
        layout.declare("classes.weight", Initialization.UNIFORM_FAN_IN, classes, SECOND_WIDTH * cells);
        layout.declare("classes.bias", Initialization.ZERO, classes);
        return layout.build();
    }

    /** The output side of a convolution of stride 2. */
    private static long halved(long side) {
        return (side + 1) / 2;
    }

    private void train(Weights live, Tensor noises, Tensor labels, SeededGenerator generator) {
        int count = Math.toIntExact(noises.size(0));
        int batch = Math.min(BATCH, count);
        long steps = (long) EPOCHS * (count / batch);
        ShuffledOrder order = new ShuffledOrder(count, seed);
        // The optimiser's moments live as long as the optimiser.
        try (Scope all = Scope.open()) {
            Tensor[] parameters = live.views().values().toArray(Tensor[]::new);
            Adam adam = new Adam(list(parameters), new AdamOptions(LEARNING_RATE));
            for (long step = 0; step < steps; step++) {
                live.gradient().zero_();
                try (Scope scope = Scope.open()) {
                    Tensor chosen = HostTensors.ofLongs(order.indices(step * batch, batch), batch);
                    Tensor features = features(live, noises.index_select(0, chosen));
                    Tensor kept = generator
                            .uniform(features.shape())
                            .ge(scalar(DROPOUT))
                            .div(scalar(1 - DROPOUT));
                    torch.cross_entropy_loss(logits(live, features.mul(kept)), labels.index_select(0, chosen))
                            .backward();
                    adam.step();
                }
            }
        }
    }

    private static double accuracyOn(Weights weights, Tensor noises, Tensor labels) {
        long right = 0;
        for (long[] batch : Batches.of(noises.size(0))) {
            try (Scope scope = Scope.open();
                    NoGradients guard = new NoGradients()) {
                Tensor told = logits(weights, features(weights, noises.narrow(0, batch[0], batch.length)))
                        .argmax(new LongOptional(1), false);
                right += told.eq(labels.narrow(0, batch[0], batch.length)).sum().item_long();
            }
        }
        return (double) right / noises.size(0);
    }

    private static Tensor features(Weights weights, Tensor noises) {
        return strided(weights, "second", strided(weights, "first", noises)).flatten(1, -1);
    }

    private static Tensor logits(Weights weights, Tensor features) {
        return torch.linear(features, weights.get("classes.weight"), new TensorOptional(weights.get("classes.bias")));
    }

    private static Tensor strided(Weights weights, String name, Tensor x) {
        return LibtorchConvolution.apply(
                        x,
                        weights.get(name + ".weight"),
                        Optional.of(weights.get(name + ".bias")),
                        new Operations.Window(2, 1, 1))
                .relu();
    }
}
