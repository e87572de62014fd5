package org.bcm4j.training;

import java.util.ArrayList;
import java.util.List;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/** The weights that a run trains, in the roles that they play in a step. All roles share one memory. */
final class TrainedWeights implements AutoCloseable {
    /** The weight values, which are saved. */
    final Weights values;
    /** sg θ, the same weights without gradient. */
    final Weights constant;

    private final List<Weights> live = new ArrayList<>();

    /** @param values closed together with this object */
    TrainedWeights(Weights values) {
        this.values = values;
        constant = values.frozen();
        live.add(values.trainable());
    }

    /** θ for one of the threads that compute side by side, by its number. Each collects its own gradient. */
    Weights live(int thread) {
        while (live.size() <= thread) {
            live.add(values.trainable());
        }
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
