package org.bcm4j.tensor;

import java.util.function.LongUnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Random numbers that depend only on a key: a seed, a stream, the number of an item (an image to generate, a training
 * example) and the number of earlier draws. The numbers of an item are therefore the same whichever other items are
 * drawn with it, and in any batch, thread or process. There is no state to save.
 *
 * <p>In a draw of n rows, row r belongs to item r. If there are more rows than items, rows start again at the first
 * item, and each item's sequence for this draw continues.
 *
 * <p>The bits come from {@link Philox}. Normal numbers are computed from them by the Box-Muller transform in double
 * precision, then rounded. They are the same on every machine, except for rare differences in rounding. Numbers are
 * drawn on the CPU and moved to the device. Not thread-safe.
 */
public final class KeyedRandom {
    private static final double PER_WORD = 0x1p-32;

    /** Exclusive upper bound on the number of a draw and of a stream. */
    private static final int MOST = 1 << 16;

    private final Philox philox;
    private final int stream;
    private final LongUnaryOperator items;
    private final long count;
    private final Device device;
    private int draws;

    private KeyedRandom(long seed, int stream, LongUnaryOperator items, long count, Device device) {
        if (stream < 0 || stream >= MOST) {
            throw new IllegalArgumentException("stream " + stream + " is not in [0, " + MOST + ")");
        }
        this.philox = new Philox(seed);
        this.stream = stream;
        this.items = items;
        this.count = count;
        this.device = device;
    }

    /**
     * Random numbers for the items {@code first}, {@code first} + 1 and so on, one per row of a draw.
     *
     * @param stream in [0, 65536); different streams are independent
     */
    public static KeyedRandom from(long seed, int stream, long first, Device device) {
        return of(seed, stream, row -> first + row, device);
    }

    /**
     * Random numbers for the items that a function names, one per row of a draw.
     *
     * @param stream in [0, 65536), as in {@link #from}
     * @param items maps a row, from 0, to its item
     */
    public static KeyedRandom of(long seed, int stream, LongUnaryOperator items, Device device) {
        return new KeyedRandom(seed, stream, items, Long.MAX_VALUE, device);
    }

    /**
     * Random numbers for the given items, in their order.
     *
     * @param stream in [0, 65536), as in {@link #from}
     * @param items at least 1
     */
    public static KeyedRandom of(long seed, int stream, long[] items, Device device) {
        if (items.length == 0) {
            throw new IllegalArgumentException("random numbers need at least one item");
        }
        long[] own = items.clone();
        return new KeyedRandom(seed, stream, row -> own[(int) row], own.length, device);
    }

    /** Standard normal numbers, float32 [n,…]. */
    public Tensor normal(long... shape) {
        return Scope.returning(() -> {
            int rows = Math.toIntExact(shape[0]);
            int length = length(shape);
            int pairs = (length + 1) / 2;
            int[] words = words(rows, 2 * pairs);
            double[] first = new double[rows * pairs];
            double[] second = new double[rows * pairs];
            for (int i = 0; i < first.length; i++) {
                first[i] = (unsigned(words[2 * i]) + 0.5) * PER_WORD; // never 0
                second[i] = unsigned(words[2 * i + 1]) * PER_WORD;
            }
            Tensor radius = Tensor.create(first, rows, pairs)
                    .log_()
                    .mul_(new Scalar(-2.0))
                    .sqrt_();
            Tensor angle = Tensor.create(second, rows, pairs).mul_(new Scalar(2 * Math.PI));
            Tensor normal = torch.cat(new TensorVector(radius.mul(angle.cos()), radius.mul(angle.sin())), 1)
                    .narrow(1, 0, length);
            return device.move(normal.to(torch.ScalarType.Float).view(shape));
        });
    }

    /** Uniform numbers in [0,1), float32 [n,…]. */
    public Tensor uniform(long... shape) {
        return Scope.returning(() -> {
            int[] words = words(Math.toIntExact(shape[0]), length(shape));
            float[] values = new float[words.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (words[i] >>> 8)
                        * 0x1p-24f; // 24 bits, the precision of a float, so no value is rounded up to 1
            }
            return device.move(Tensor.create(values, shape));
        });
    }

    /**
     * Uniform numbers in [0,1), multiples of 2^-32, for use in Java: {@code perRow} for each of {@code rows}, row by
     * row.
     */
    public double[] uniforms(int rows, int perRow) {
        int[] words = words(rows, perRow);
        double[] values = new double[words.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = unsigned(words[i]) * PER_WORD;
        }
        return values;
    }

    /** The words of the next draw. */
    private int[] words(int rows, int perRow) {
        if (draws == MOST) {
            throw new IllegalStateException("more than " + MOST + " draws");
        }
        int purpose = stream << 16 | draws++;
        int[] words = new int[Math.multiplyExact(rows, perRow)];
        int blocks = (perRow + Philox.WORDS - 1) / Philox.WORDS;
        for (int row = 0; row < rows; row++) {
            long item = items.applyAsLong(row % count);
            int firstBlock = Math.toIntExact(row / count * blocks);
            philox.fill(words, row * perRow, perRow, firstBlock, purpose, item);
        }
        return words;
    }

    private static int length(long... shape) {
        long length = 1;
        for (int i = 1; i < shape.length; i++) {
            length *= shape[i];
        }
        return Math.toIntExact(length);
    }

    private static long unsigned(int word) {
        return Integer.toUnsignedLong(word);
    }
}
