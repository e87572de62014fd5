package org.bcm4j.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Halves and doubles images with a separable filter, each channel separately, with zeros beyond the border. The filter
 * is scaled so that constants are unchanged away from the border. With taps 1, 1, halving takes means of 2×2 pixels and
 * doubling nearest neighbours. NCSN++'s taps 1, 3, 3, 1 reduce aliasing.
 *
 * @param taps the filter along one axis: an even number of positive weights, symmetric
 */
public record FirResampling(List<Integer> taps) {
    /** The sum of the filter for doubling: three of the four pixels under it are zeros. */
    public static final double DOUBLING_GAIN = 4;

    private static final long[] ONE = {1, 1};
    private static final long[] TWO = {2, 2};

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
    public Tensor down(Tensor x) {
        return torch.conv2d(x, kernel(x, 1), new TensorOptional(), TWO, padding(border()), ONE, x.size(1));
    }

    /** Doubles the size: maps [B,C,H,W] to [B,C,2H,2W]. */
    public Tensor up(Tensor x) {
        Tensor kernel = kernel(x, DOUBLING_GAIN);
        return torch.conv_transpose2d(
                x, kernel, new TensorOptional(), TWO, padding(border()), padding(0), x.size(1), ONE);
    }

    /**
     * @param channels of the image
     * @param side height and width of the output
     */
    public Cost cost(long channels, long side) {
        long outputs = channels * side * side;
        return new Cost(outputs * taps.size() * taps.size(), outputs);
    }

    /**
     * Applies the filter at full resolution: maps [B,C,H,W] to [B,C,H+1+2m,W+1+2m], reaching m pixels beyond
     * {@link #down}'s border.
     */
    Tensor smoothed(Tensor x, int margin) {
        return torch.conv2d(x, kernel(x, 1), new TensorOptional(), ONE, padding(border() + margin), ONE, x.size(1));
    }

    /** Padding on each side that makes the output exactly half, or twice, the size of the input. */
    public int border() {
        return (taps.size() - 2) / 2;
    }

    private static long[] padding(long pixels) {
        return new long[] {pixels, pixels};
    }

    /** The filter for the channels of x, each with sum {@code gain}: [C,1,n,n]. */
    private Tensor kernel(Tensor x, double gain) {
        return kernel(gain).to(x.device(), x.scalar_type()).expand(x.size(1), 1, taps.size(), taps.size());
    }

    /** The two-dimensional filter with sum {@code gain}: float32 [1,1,n,n], on the CPU. */
    public Tensor kernel(double gain) {
        int size = taps.size();
        double sum = taps.stream().mapToInt(Integer::intValue).sum();
        float[] values = new float[size * size];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (gain * taps.get(i / size) * taps.get(i % size) / (sum * sum));
        }
        return HostTensors.ofFloats(values, 1, 1, size, size);
    }
}
