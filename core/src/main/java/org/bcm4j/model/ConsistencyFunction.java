package org.bcm4j.model;

import java.util.Optional;
import org.bcm4j.network.Network;
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
        Tensor raw = raw(pass, x, t, u, labels);
        return perImage(kind.skip(t, u)).mul(x).add(perImage(kind.out(t, u)).mul(raw));
    }

    /** The network's output F(c_in(t)·x, t, u, y), which has unit variance in a trained network. */
    public Tensor raw(Pass pass, Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        return network.apply(pass, x.mul(perImage(kind.in(t))), t, u, labels);
    }

    private static Tensor perImage(Tensor coefficient) {
        return coefficient.view(-1, 1, 1, 1);
    }
}
