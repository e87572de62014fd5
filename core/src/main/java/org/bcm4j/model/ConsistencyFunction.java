package org.bcm4j.model;

import java.util.Optional;
import org.bcm4j.network.Architecture;
import org.bcm4j.network.Network;
import org.bcm4j.nn.Operations;
import org.bcm4j.nn.Pass;
import org.bytedeco.pytorch.Tensor;

/**
 * f(x, t, u, y) = c_skip(t,u)·x + c_out(t,u)·F(c_in(t)·x, t, u, y) (Eq. 5). Maps a point of a trajectory at time t to
 * the point of the same trajectory at time u, in either direction. It holds no weights: every call receives them in its
 * {@link Pass}.
 */
public record ConsistencyFunction(Network network, ModelKind kind) {
    /**
     * Evaluates f once, which counts as 1 NFE.
     *
     * @param x points, float32 [B,C,H,W]
     * @param t their noise scales, float32 [B], in [σ_min, T]
     * @param u the noise scales to go to, float32 [B], in [σ_min, T]
     * @param labels int64 [B], if the network has classes
     * @return the points at u, float32 [B,C,H,W]
     */
    public Tensor apply(Pass pass, Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        return output(kind, pass, x, t, u, raw(pass, x, t, u, labels));
    }

    /** The network's output F(c_in(t)·x, t, u, y), which has unit variance in a trained network. */
    public Tensor raw(Pass pass, Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        return network.apply(pass, input(kind, pass, x, t), t, u, labels);
    }

    /** f(x, t, u, y) for values of any type, as {@link Architecture#describe} has it for F. */
    public static <V> V describe(
            ModelKind kind, Architecture network, Operations<V> op, V x, V t, V u, Optional<V> labels) {
        return output(kind, op, x, t, u, network.describe(op, input(kind, op, x, t), t, u, labels));
    }

    /** c_in(t)·x. */
    private static <V> V input(ModelKind kind, Operations<V> op, V x, V t) {
        return op.multiply(x, perImage(op, kind.in(op, t)));
    }

    /** c_skip(t,u)·x + c_out(t,u)·F. */
    private static <V> V output(ModelKind kind, Operations<V> op, V x, V t, V u, V raw) {
        V skipped = op.multiply(perImage(op, kind.skip(op, t, u)), x);
        return op.add(skipped, op.multiply(perImage(op, kind.out(op, t, u)), raw));
    }

    private static <V> V perImage(Operations<V> op, V coefficient) {
        return op.reshape(coefficient, Operations.BATCH, 1, 1, 1);
    }
}
