package org.bcm4j.nn;

import static org.bcm4j.tensor.Ops.scalar;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Zeros that fill up the channels of a dense convolution to whole blocks of oneDNN.
 *
 * <p>oneDNN's kernels for the CPU read channels in blocks of 16, or of 8. libtorch copies a tensor with another number
 * of channels into such blocks without setting the rest of the last one. The kernels multiply that memory by weights of
 * zero, so a NaN or an infinity that it happens to hold spreads to the result. Two bytes of freed memory are a NaN of
 * bfloat16 often enough to spoil most training steps. With channels for whole blocks there is no rest.
 */
final class WholeBlocks {
    /** The larger of oneDNN's blocks. */
    private static final long CHANNELS = 16;

    private final long in;
    private final long out;

    private WholeBlocks(long in, long out) {
        this.in = in;
        this.out = out;
    }

    /**
     * The zeros that a convolution on the CPU lacks. The forward pass reads input channels in blocks, except up to 16,
     * which it reads as they are if the kernel has more than one pixel. The backward pass to the input reads output
     * channels in blocks.
     */
    static WholeBlocks of(Tensor x, Tensor weight) {
        long channels = weight.size(1);
        boolean readAsTheyAre = channels <= CHANNELS && weight.size(2) > 1;
        return new WholeBlocks(readAsTheyAre ? 0 : missing(channels), x.requires_grad() ? missing(weight.size(0)) : 0);
    }

    private static long missing(long channels) {
        return Math.floorMod(-channels, CHANNELS);
    }

    /** x, [B,in,H,W], with all input channels. */
    Tensor input(Tensor x) {
        return in == 0 ? x : torch.constant_pad_nd(x, new long[] {0, 0, 0, 0, 0, in}, scalar(0.0));
    }

    /** The weight, [out,in,k,k], with all channels. */
    Tensor weight(Tensor weight) {
        return in + out == 0
                ? weight
                : torch.constant_pad_nd(weight, new long[] {0, 0, 0, 0, 0, in, 0, out}, scalar(0.0));
    }

    /** The bias, [out], with all output channels. */
    Tensor bias(Tensor bias) {
        return out == 0 ? bias : torch.constant_pad_nd(bias, new long[] {0, out}, scalar(0.0));
    }

    /** The result, [B,out,H,W], of a convolution with all channels. */
    Tensor output(Tensor y) {
        return out == 0 ? y : y.narrow(1, 0, y.size(1) - out);
    }
}
