package org.bcm4j.optimizer;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.Optional;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * RAdam and the exponential moving average of the weights, in one sweep over the flat buffers (docs/method.md §4). The
 * sweep goes in slices. On a processor they fit the cache, which is three times as fast as whole tensors. On a GPU every
 * operation on a slice has to be started, so slices are large there, and bound only the memory between operations.
 */
public final class RectifiedAdam implements AutoCloseable {
    private static final long SLICE_OF_CPU = 1L << 18;
    private static final long SLICE_OF_GPU = 1L << 26;

    private OptimizerSettings settings;
    private final Weights mean;
    private final Weights square;
    private final long slice;
    private long step;

    public RectifiedAdam(OptimizerSettings settings, WeightLayout layout, Device device) {
        this.settings = settings;
        this.mean = Weights.zeros(layout, device);
        this.square = Weights.zeros(layout, device);
        this.slice = device == Device.CPU ? SLICE_OF_CPU : SLICE_OF_GPU;
    }

    /** The first moments. */
    public Weights mean() {
        return mean;
    }

    /** The second moments. */
    public Weights square() {
        return square;
    }

    /** The number of updates so far. */
    public long step() {
        return step;
    }

    public void restoreStep(long made) {
        this.step = made;
    }

    /** Forgets all updates and continues with other constants. */
    public void restart(OptimizerSettings next) {
        settings = next;
        try (NoGradients guard = new NoGradients()) {
            mean.flat().zero_();
            square.flat().zero_();
        }
        step = 0;
    }

    /** Updates {@code weights} along their gradient, and their average: ema ← rate·ema + (1−rate)·weights. */
    public void update(Weights weights, double learningRate, Weights average, double averageRate) {
        update(weights, learningRate, Optional.of(average), averageRate);
    }

    /** Updates {@code weights} along their gradient. */
    public void update(Weights weights, double learningRate) {
        update(weights, learningRate, Optional.empty(), 0);
    }

    private void update(Weights weights, double learningRate, Optional<Weights> average, double averageRate) {
        step++;
        double beta2Power = Math.pow(settings.beta2(), step);
        double meanCorrection = 1 - Math.pow(settings.beta1(), step);
        double squareCorrection = 1 - beta2Power;
        double longest = 2 / (1 - settings.beta2()) - 1;
        double length = longest - 2 * step * beta2Power / squareCorrection;
        boolean rectified = length > 5;
        double rectification = rectified
                ? Math.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
                : 1;
        double rate = learningRate / meanCorrection * rectification * (rectified ? Math.sqrt(squareCorrection) : 1);

        Scalar share = scalar(1 - averageRate);
        long total = weights.layout().length();
        for (long start = 0; start < total; start += slice) {
            long size = Math.min(slice, total - start);
            try (Scope scope = Scope.open();
                    NoGradients guard = new NoGradients()) {
                Tensor parameter = weights.flat().narrow(0, start, size);
                Tensor gradient = weights.gradient().narrow(0, start, size);
                Tensor first = mean.flat().narrow(0, start, size);
                Tensor second = square.flat().narrow(0, start, size);
                first.lerp_(gradient, scalar(1 - settings.beta1()));
                second.mul_(scalar(settings.beta2())).addcmul_(gradient, gradient, scalar(1 - settings.beta2()));
                if (rectified) {
                    Tensor scale = second.sqrt().add_(scalar(settings.epsilon()));
                    parameter.addcdiv_(first, scale, scalar(-rate));
                } else {
                    parameter.add_(first, scalar(-rate));
                }
                if (average.isPresent()) {
                    average.get().flat().narrow(0, start, size).lerp_(parameter, share);
                }
            }
        }
    }

    @Override
    public void close() {
        mean.close();
        square.close();
    }
}
