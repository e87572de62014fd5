package org.bcm4j.nn;

import static org.bcm4j.tensor.Ops.withZeros;

import java.util.Optional;
import org.bcm4j.nn.Operations.Window;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch's convolutions, on every device, in every precision, with gradients, kept from what oneDNN 3.7 computes wrongly
 * on some processors.
 *
 * <p>oneDNN's kernels for the CPU read channels in blocks of 16, or of 8. A tensor whose channels do not fill the last
 * block is copied into blocks, the rest of which should be zeros. On an AMD EPYC of family 26, with AVX-512, that copy is
 * wrong: it leaves the rest as it was, which may be NaN, sets parts of the weights to zero, and can write beyond the end.
 * Gradients of strided convolutions and transposed ones of one channel are wrong there too. Here all channels are filled
 * up before, so that there is nothing to copy that way, and where a gradient is needed a stride leaves out what was
 * computed. {@code LibtorchConvolutionTest} compares all of them with float64, on every processor that it runs on.
 */
public final class LibtorchConvolution {
    /** The larger of oneDNN's blocks. */
    private static final long BLOCK = 16;

    private static final long[] ONE = {1, 1};
    private static final long[] NONE = {0, 0};

    private LibtorchConvolution() {}

    /** As {@link Operations#convolution}. */
    public static Tensor apply(Tensor x, Tensor weight, Optional<Tensor> bias, Window window) {
        long[] padding = square(window.padding());
        return x.is_cuda() || window.groups() > 1
                ? convolved(x, weight, bias, window.stride(), padding, window.groups())
                : apply(x, weight, bias, window.stride(), padding);
    }

    /**
     * A convolution of all channels, with a kernel of any shape.
     *
     * @param padding zeros above and below, and left and right
     */
    public static Tensor apply(Tensor x, Tensor weight, Optional<Tensor> bias, long stride, long... padding) {
        if (x.is_cuda()) {
            return convolved(x, weight, bias, stride, padding, 1);
        }
        long in = missing(weight.size(1));
        long out = missing(weight.size(0));
        // Only the gradient of x is wrong with a stride.
        boolean leavesOut = stride > 1 && x.requires_grad();
        Tensor all = convolved(
                withZeros(x, 1, in),
                withZeros(withZeros(weight, 1, in), 0, out),
                bias.map(b -> withZeros(b, 0, out)),
                leavesOut ? 1 : stride,
                padding,
                1);
        Tensor whole = leavesOut ? stepped(stepped(all, 2, stride), 3, stride) : all;
        return out == 0 ? whole : whole.narrow(1, 0, weight.size(0));
    }

    /** Every {@code stride}-th of the rows or columns. */
    private static Tensor stepped(Tensor x, long dimension, long stride) {
        return x.slice(dimension, new LongOptional(0), new LongOptional(x.size(dimension)), stride);
    }

    /** As {@link Operations#transposedConvolution}. */
    static Tensor transposed(Tensor x, Tensor weight, Window window) {
        if (x.is_cuda() || window.groups() > 1) {
            return transposedOnce(x, weight, window);
        }
        // With a second channel, of zeros, each channel is computed separately.
        Window separate = new Window(window.stride(), window.padding(), 2);
        return transposedOnce(withZeros(x, 1, 1), withZeros(weight, 0, 1), separate)
                .narrow(1, 0, 1);
    }

    private static long missing(long channels) {
        return Math.floorMod(-channels, BLOCK);
    }

    private static Tensor convolved(
            Tensor x, Tensor weight, Optional<Tensor> bias, long stride, long[] padding, long groups) {
        TensorOptional added = bias.map(TensorOptional::new).orElseGet(TensorOptional::new);
        return torch.conv2d(x, weight, added, square(stride), padding, ONE, groups);
    }

    private static Tensor transposedOnce(Tensor x, Tensor weight, Window window) {
        long[] stride = square(window.stride());
        long[] padding = square(window.padding());
        return torch.conv_transpose2d(x, weight, new TensorOptional(), stride, padding, NONE, window.groups(), ONE);
    }

    private static long[] square(long size) {
        return new long[] {size, size};
    }
}
