package org.bcm4j.nn;

import static org.bcm4j.tensor.Ops.scalar;

import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A group norm in float32 of images of half precision in channels-last order, which packed convolutions output and take.
 * libtorch's own takes ten times as long and more in that order as in the other. This one takes two fifths less time than
 * libtorch's and a change of order before and after it. In float32 it saves less, and costs more for one image.
 */
final class ChannelsLastNorm {
    /**
     * In batches of smaller images the calls of a dozen operations outweigh what they compute. The size of the batch does
     * not count, so that the result for an image does not depend on its company.
     */
    private static final long LEAST = 9_000;

    private ChannelsLastNorm() {}

    /** Whether images are of half precision, and lie in channels-last order in the memory of a processor. */
    static boolean isFor(Tensor x) {
        return x.is_cpu()
                && x.scalar_type().intern() != ScalarType.Float
                && x.is_contiguous(torch.MemoryFormat.ChannelsLast)
                && !x.is_contiguous();
    }

    /**
     * As {@link Operations#groupNorm}.
     *
     * @param x [B,C,H,W] in channels-last order, of any precision
     * @return float32 [B,C,H,W]
     */
    static Tensor apply(Tensor x, int groups, Tensor weight, Tensor bias, double epsilon) {
        return Scope.returning(() -> {
            Tensor exact = x.to(ScalarType.Float);
            return x.numel() / x.size(0) < LEAST
                    ? Pass.libtorchsGroupNorm(exact, groups, weight, bias, epsilon)
                    : ofRows(exact, groups, weight, bias, epsilon);
        });
    }

    /** Each pixel is a row of channels. */
    private static Tensor ofRows(Tensor x, int groups, Tensor weight, Tensor bias, double epsilon) {
        long channels = x.size(1);
        Tensor rows = x.permute(0, 2, 3, 1).view(x.size(0), -1, channels);
        Tensor centred = rows.sub(groupMeans(rows, groups));
        Tensor variance = groupMeans(centred.square(), groups);
        Tensor factor = variance.add(scalar(epsilon)).rsqrt().mul(weight);
        return centred.mul(factor)
                .add(bias)
                .view(x.size(0), x.size(2), x.size(3), channels)
                .permute(0, 3, 1, 2);
    }

    /** The mean over the pixels and the channels of each group, for each channel: [B,P,C] to [B,1,C]. */
    private static Tensor groupMeans(Tensor rows, int groups) {
        long images = rows.size(0);
        long channels = rows.size(2);
        Tensor ofChannels = rows.mean(new long[] {1}, true, new ScalarTypeOptional());
        return ofChannels
                .view(images, groups, channels / groups)
                .mean(new long[] {2}, true, new ScalarTypeOptional())
                .expand(images, groups, channels / groups)
                .reshape(images, 1, channels);
    }
}
