package org.bcm4j.training;

import java.util.List;
import java.util.Optional;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.Preconditioning;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bcm4j.unet.AdmConfig;
import org.bcm4j.unet.AdmUNet;
import org.bcm4j.unet.Conditioning;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** A small model with random live weights, other random averaged ones, and four images to compare them on. */
final class LiveAndAverage implements AutoCloseable {
    private static final AdmConfig CONFIG = new AdmConfig(
            8, 1, 1, 8, List.of(1, 2), 1, List.of(4), 4, false, 0.0, 16, Conditioning.JOINT, 0, false, true);

    final ConsistencyFunction function = new ConsistencyFunction(new AdmUNet(CONFIG), Preconditioning.BIDIRECTIONAL);
    final PseudoHuber distance = PseudoHuber.forDimension(64);
    final Weights live;
    final Weights average;
    final Example example;
    private final Scope scope = Scope.open();
    private final SeededGenerator generator = new SeededGenerator(5, Device.CPU);

    LiveAndAverage() {
        try (Weights weights = random()) {
            live = weights.trainable();
        }
        average = random();
        example = new Example(
                generator.uniform(4, 1, 8, 8),
                generator.normal(4, 1, 8, 8),
                Device.CPU.floats(1, 2, 3, 4),
                Device.CPU.floats(0.9, 1.9, 2.9, 3.9),
                Device.CPU.floats(2, 3, 4, 5),
                Optional.empty());
    }

    private Weights random() {
        Weights weights = Weights.zeros(function.network().layout(), Device.CPU);
        weights.views()
                .values()
                .forEach(view -> view.copy_(generator.normal(view.shape()).mul(new Scalar(0.3))));
        return weights;
    }

    Pass livePass() {
        return Pass.evaluating(live);
    }

    Pass averagePass() {
        return Pass.evaluating(average);
    }

    Tensor noise(long... shape) {
        return generator.normal(shape);
    }

    /** f(x, from, to) of two points. */
    Tensor traverse(Weights weights, Tensor x, double from, double to) {
        return function.apply(
                Pass.evaluating(weights), x, Device.CPU.full(from, 2), Device.CPU.full(to, 2), Optional.empty());
    }

    @Override
    public void close() {
        average.close();
        live.close();
        generator.close();
        scope.close();
    }
}
