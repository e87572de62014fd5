package org.bcm4j.nn;

import static org.bcm4j.tensor.Ops.scalar;

import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Plain self-attention between the positions of an image, with a single head. Maps [B,C,H,W] to the tensor to add to
 * it, of the same shape. The channels of {@code qkv} are q, k and v of the first channel, then those of the second, and
 * so on.
 */
public record DotProductAttention(int channels, GroupNorm norm, Convolution qkv, Convolution projection) {
    /** @param name name of the block; this attention starts with the block's third norm */
    public DotProductAttention(String name, int channels) {
        this(
                channels,
                GroupNorm.ncsnpp(name + ".norm2", channels),
                new Convolution(name + ".qkv", channels, 3 * channels, 1, Initialization.GLOROT_FIFTH),
                new Convolution(name + ".proj", channels, channels, 1, Initialization.ZERO));
    }

    public void declare(WeightLayout.Builder layout) {
        norm.declare(layout);
        qkv.declare(layout);
        projection.declare(layout);
    }

    /** @param side height and width of the image */
    public Cost cost(long side) {
        long positions = side * side;
        Cost mixed = new Cost(2L * channels * positions * positions, 2 * positions * positions + channels * positions);
        return norm.cost(side).plus(qkv.cost(side)).plus(mixed).plus(projection.cost(side));
    }

    public Tensor apply(Pass pass, Tensor x) {
        long positions = x.size(2) * x.size(3);
        Tensor interleaved = qkv.apply(pass, norm.apply(pass, x)).view(x.size(0), channels, 3, positions);
        Tensor q = interleaved.select(2, 0);
        Tensor k = interleaved.select(2, 1);
        Tensor v = interleaved.select(2, 2);

        // weights[i,j] is the weight of position j in position i.
        Tensor scores = torch.bmm(q.transpose(1, 2), k).mul(scalar(1 / Math.sqrt(channels)));
        Tensor weights = torch.softmax(scores, -1);
        Tensor mixed = torch.bmm(v, weights.transpose(1, 2)).reshape(x.shape());
        return projection.apply(pass, mixed);
    }
}
