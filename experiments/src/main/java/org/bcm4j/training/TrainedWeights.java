package org.bcm4j.training;

import java.util.List;
import java.util.stream.Stream;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/** The weights that a run trains, in the roles that they play in a step. All roles share one memory. */
final class TrainedWeights implements AutoCloseable {
    /** The weight values, which are saved. */
    final Weights values;
    /** sg θ, the same weights without gradient. */
    final Weights constant;

    private final List<Weights> live;

    /**
     * @param values closed together with this object
     * @param threads that compute gradients side by side
     */
    TrainedWeights(Weights values, int threads) {
        this.values = values;
        constant = values.frozen();
        live = Stream.generate(values::trainable).limit(threads).toList();
    }

    /** θ for one of the threads that compute side by side. Each collects its own gradient. */
    Weights live(int thread) {
        return live.get(thread);
    }

    void clearGradient() {
        live.forEach(one -> one.gradient().zero_());
    }

    /** θ with the sum of the gradients of all threads. The gradients move there, so the others are zero. */
    Weights withGradient() {
        Tensor sum = live.get(0).gradient();
        for (Weights other : live.subList(1, live.size())) {
            sum.add_(other.gradient());
            other.gradient().zero_();
        }
        return live.get(0);
    }

    @Override
    public void close() {
        live.forEach(Weights::close);
        constant.close();
        values.close();
    }
}
