package org.bcm4j.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.bcm4j.nn.Operations.Window;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/**
 * Halves and doubles images with a separable filter, each channel separately, with zeros beyond the border. The filter
 * is scaled so that constants are unchanged away from the border. With taps 1, 1, halving takes means of 2×2 pixels and
 * doubling nearest neighbours. NCSN++'s taps 1, 3, 3, 1 reduce aliasing.
 *
 * @param taps the filter along one axis: an even number of positive weights, symmetric
 */
public record FirResampling(List<Integer> taps) {
    /** The sum of the filter for doubling: three of the four pixels under it are zeros. */
    private static final double DOUBLING_GAIN = 4;

    /** @throws IllegalArgumentException if the taps are not such a filter */
    public FirResampling {
        taps = List.copyOf(taps);
        List<Integer> backwards = new ArrayList<>(taps);
        Collections.reverse(backwards);
        boolean positive = !taps.isEmpty() && taps.stream().allMatch(tap -> tap > 0);
        if (!positive || taps.size() % 2 != 0 || !taps.equals(backwards)) {
            throw new IllegalArgumentException(
                    "filter must be an even number of positive taps, the same from either end, is " + taps);
        }
    }

    /** Halves the size: maps [B,C,H,W] to [B,C,H/2,W/2]; H and W must be even. */
    public <V> V down(Operations<V> op, V x) {
        return convolved(op, x, window(op, x, 2, border()));
    }

    /** Doubles the size: maps [B,C,H,W] to [B,C,2H,2W]. In float32, as {@link #down}. */
    public <V> V up(Operations<V> op, V x) {
        V filter = kernel(op, x, DOUBLING_GAIN);
        return op.inFloat32(x, in -> op.transposedConvolution(in, filter, window(op, x, 2, border())));
    }

    /**
     * Applies the filter at full resolution: maps [B,C,H,W] to [B,C,H−1+2m,W−1+2m], reaching m pixels beyond
     * {@link #down}'s border.
     */
    <V> V smoothed(Operations<V> op, V x, int margin) {
        return convolved(op, x, window(op, x, 1, border() + margin));
    }

    /** In float32: some processors compute convolutions of separate channels wrongly in bfloat16. */
    private <V> V convolved(Operations<V> op, V x, Window window) {
        V filter = kernel(op, x, 1);
        return op.inFloat32(x, in -> op.convolution(in, filter, Optional.empty(), window));
    }

    /** Padding on each side that makes the output exactly half, or twice, the size of the input. */
    private int border() {
        return (taps.size() - 2) / 2;
    }

    private static <V> Window window(Operations<V> op, V x, int stride, int padding) {
        return new Window(stride, padding, Math.toIntExact(op.size(x, 1)));
    }

    /** The filter for the channels of x, each with sum {@code gain}: [C,1,n,n]. */
    private <V> V kernel(Operations<V> op, V x, double gain) {
        long channels = op.size(x, 1);
        int size = taps.size();
        String name = "filter " + taps + " of " + channels + ", gain " + gain;
        return op.constant(name, () -> kernel(gain).expand(channels, 1, size, size), channels, 1, size, size);
    }

    /** The two-dimensional filter with sum {@code gain}: float32 [1,1,n,n], on the CPU. */
    private Tensor kernel(double gain) {
        int size = taps.size();
        double sum = taps.stream().mapToInt(Integer::intValue).sum();
        float[] values = new float[size * size];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (gain * taps.get(i / size) * taps.get(i % size) / (sum * sum));
        }
        return HostTensors.ofFloats(values, 1, 1, size, size);
    }
}
