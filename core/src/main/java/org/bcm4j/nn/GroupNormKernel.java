package org.bcm4j.nn;

import static org.bcm4j.tensor.Ops.scalar;

import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How a group norm is computed, with what may follow it: a scale and a shift of each image's channels.
 *
 * <p>Packed convolutions output and take channels-last order, in which libtorch's own norm takes three to ten times as
 * long as in the other. In half precision, large images in that order are normalised by sums and elementwise operations
 * instead: that takes two fifths less time than libtorch's norm with a change of order before and after it. In float32 it
 * saves nothing, and costs more for one image.
 */
final class GroupNormKernel {
    /**
     * In batches of smaller images the calls of a dozen operations outweigh what they compute. The size of the batch does
     * not count, so that the result for an image does not depend on its company.
     */
    private static final long LEAST = 9_000;

    private GroupNormKernel() {}

    /**
     * As {@link Operations#groupNorm}.
     *
     * @param x [B,C,H,W] of any precision
     * @return [B,C,H,W], float32 if x lies in channels-last order on a processor, else of the precision of x
     */
    static Tensor normalized(Tensor x, int groups, Tensor weight, Tensor bias, double epsilon) {
        return Scope.returning(() -> areRowsFaster(x)
                ? ofRows(exact(x), groups, weight, bias, epsilon)
                : libtorchs(exact(x), groups, weight, bias, epsilon));
    }

    /**
     * norm(x)·(1 + scale) + shift.
     *
     * @param x [B,C,H,W] of any precision, on a processor
     * @param scale [B,C,1,1]
     * @param shift [B,C,1,1]
     * @return as {@link #normalized}
     */
    static Tensor scaledAndShifted(
            Tensor x, int groups, Tensor weight, Tensor bias, double epsilon, Tensor scale, Tensor shift) {
        return Scope.returning(() -> {
            long images = x.size(0);
            Tensor scales = scale.to(ScalarType.Float).add(scalar(1.0)).view(images, 1, -1);
            Tensor factor = scales.mul(weight);
            Tensor summand = torch.addcmul(shift.to(ScalarType.Float).view(images, 1, -1), scales, bias);
            Tensor exact = exact(x);
            if (areRowsFaster(x)) {
                return ofRows(exact, groups, factor, summand, epsilon);
            }
            // One image of the channels of all: libtorch's norm has a weight for each channel, not for each image's.
            Tensor one = exact.contiguous().view(1, images * x.size(1), x.size(2), x.size(3));
            return libtorchs(one, (int) images * groups, factor.view(-1), summand.view(-1), epsilon)
                    .view(x.shape());
        });
    }

    /** Float32 where the convolution before it computes in half precision and the next one rounds again anyway. */
    private static Tensor exact(Tensor x) {
        return isChannelsLast(x) ? x.to(ScalarType.Float) : x;
    }

    private static boolean isChannelsLast(Tensor x) {
        return x.is_cpu() && x.is_contiguous(torch.MemoryFormat.ChannelsLast) && !x.is_contiguous();
    }

    private static boolean areRowsFaster(Tensor x) {
        return isChannelsLast(x) && x.scalar_type().intern() != ScalarType.Float && x.numel() / x.size(0) >= LEAST;
    }

    private static Tensor libtorchs(Tensor x, int groups, Tensor weight, Tensor bias, double epsilon) {
        // libtorch's backward pass of a channels-last group norm crashes the process on the CPU if x needs no gradient.
        return torch.group_norm(
                x.contiguous(), groups, new TensorOptional(weight), new TensorOptional(bias), epsilon, true);
    }

    /**
     * A norm of float32 images in channels-last order, in which each pixel is a row of channels.
     *
     * @param factor of the channels, [C] or [B,1,C]
     * @param summand of the channels, [C] or [B,1,C]
     */
    private static Tensor ofRows(Tensor x, int groups, Tensor factor, Tensor summand, double epsilon) {
        long channels = x.size(1);
        Tensor rows = x.permute(0, 2, 3, 1).view(x.size(0), -1, channels);
        Tensor centred = rows.sub(groupMeans(rows, groups));
        Tensor variance = groupMeans(centred.square(), groups);
        return torch.addcmul(
                        summand, centred, variance.add(scalar(epsilon)).rsqrt().mul(factor))
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
