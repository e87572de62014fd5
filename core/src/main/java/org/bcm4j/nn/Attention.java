package org.bcm4j.nn;

import static org.bcm4j.tensor.Ops.scalar;

import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Self-attention between the positions of an image, added to its input: maps [B,C,H,W] to [B,C,H,W]. The channels of
 * {@code qkv} are all of q, then all of k, then all of v, each ordered by head.
 *
 * @param normalized whether q, k and v are normalised over each head's channels (EDM2's pixel norm, v/(1e-4 + ‖v‖/√d))
 */
public record Attention(
        String name,
        int channels,
        int headWidth,
        boolean normalized,
        GroupNorm norm,
        Convolution qkv,
        Convolution projection) {
    /** Prevents division by zero when zeros are normalised. */
    public static final double EPSILON = 1e-4;

    public Attention(String name, int channels, int headWidth, boolean normalized) {
        this(
                name,
                channels,
                headWidth,
                normalized,
                GroupNorm.adm(name + ".norm", channels),
                new Convolution(name + ".qkv", channels, 3 * channels, 1),
                new Convolution(name + ".proj_out", channels, channels, 1, Initialization.ZERO));
    }

    public void declare(WeightLayout.Builder layout) {
        norm.declare(layout);
        qkv.declare(layout);
        projection.declare(layout);
    }

    /** @param side height and width of the image */
    public Cost cost(long side) {
        long positions = side * side;
        long weights = channels / headWidth * positions * positions;
        Cost normalization = normalized ? Cost.elementwise(3L * channels * positions) : Cost.NONE;
        Cost mixed = new Cost(2L * channels * positions * positions, 2 * weights + channels * positions);
        return norm.cost(side)
                .plus(qkv.cost(side))
                .plus(normalization)
                .plus(mixed)
                .plus(projection.cost(side));
    }

    public Tensor apply(Pass pass, Tensor x) {
        long batch = x.size(0);
        long heads = channels / headWidth;
        long positions = x.size(2) * x.size(3);

        Tensor raw = qkv.apply(pass, norm.apply(pass, x)).view(batch, 3, heads, headWidth, positions);
        Tensor qkvByHead = normalized ? normalized(raw) : raw;
        Tensor q = byHead(qkvByHead, 0);
        Tensor k = byHead(qkvByHead, 1);
        Tensor v = byHead(qkvByHead, 2);

        // weights[i,j] is the weight of position j in position i. Computed explicitly: libtorch's fused attention is
        // many times slower on a CPU.
        Tensor scores = torch.bmm(q.transpose(1, 2), k).mul(scalar(1 / Math.sqrt(headWidth)));
        Tensor weights = torch.softmax(scores, -1);
        Tensor mixed = torch.bmm(v, weights.transpose(1, 2)).reshape(x.shape());
        return x.add(projection.apply(pass, pass.observed(name + ".attention", mixed)));
    }

    /** Maps [B,3,heads,d,positions] to [B·heads,d,positions]. */
    private Tensor byHead(Tensor qkvByHead, int which) {
        return qkvByHead.select(1, which).reshape(-1, headWidth, qkvByHead.size(4));
    }

    private Tensor normalized(Tensor x) {
        Tensor norm = torch.linalg_vector_norm(x, scalar(2.0), new long[] {3}, true, new ScalarTypeOptional());
        return x.div(norm.mul(scalar(1 / Math.sqrt(headWidth))).add(scalar(EPSILON)));
    }
}
