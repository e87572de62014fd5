package org.bcm4j.optimizer;

import java.util.ArrayList;
import java.util.List;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/** Weights under training, in the roles that they play in a step. All roles share one memory. */
public final class TrainedWeights implements AutoCloseable {
    /** The weight values, which are saved. */
    public final Weights values;
    /** sg θ, the same weights without gradient. */
    public final Weights constant;

    private final List<Weights> live = new ArrayList<>();

    /** @param values closed together with this object */
    public TrainedWeights(Weights values) {
        this.values = values;
        constant = values.frozen();
        live.add(values.trainable());
    }

    /** θ for one of the threads that compute side by side, by its number. Each collects its own gradient. */
    public Weights live(int thread) {
        while (live.size() <= thread) {
            live.add(values.trainable());
        }
        return live.get(thread);
    }

    public void clearGradient() {
        live.forEach(one -> one.gradient().zero_());
    }

    /** θ with the sum of the gradients of all threads. The gradients move there, so the others are zero. */
    public Weights withGradient() {
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
