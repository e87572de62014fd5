package org.bcm4j.tensor;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Random numbers that depend only on a key: a seed, a stream, the number of an item (an image to generate, a training
 * example) and the number of earlier draws. The numbers of an item are therefore the same whichever other items are
 * drawn with it, and in any batch, thread or process. There is no state to save.
 *
 * <p>In a draw of n rows, row r belongs to item r. If there are more rows than items, rows start again at the first
 * item, and each item's sequence for this draw continues.
 *
 * <p>The bits come from {@link Philox}. Normal numbers are computed from them by the Box-Muller transform in double
 * precision, then rounded. They are the same on every machine and device, except for rare differences in rounding. A
 * GPU draws its own ({@link PhiloxTensors}). Not thread-safe.
 */
public final class KeyedRandom {
    private static final double PER_WORD = 0x1p-32;

    /** The number of words whose rows are drawn together: some 100 MB while they are computed. */
    private static final int AT_ONCE = 1 << 20;

    /** Exclusive upper bound on the number of a draw and of a stream. */
    private static final int MOST = 1 << 16;

    private final long seed;
    private final int stream;
    private final LongUnaryOperator items;
    private final long count;
    private final Device device;
    private int draws;

    private KeyedRandom(long seed, int stream, LongUnaryOperator items, long count, Device device) {
        if (stream < 0 || stream >= MOST) {
            throw new IllegalArgumentException("stream " + stream + " is not in [0, " + MOST + ")");
        }
        this.seed = seed;
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
        int length = length(shape);
        int pairs = (length + 1) / 2;
        return drawn(2 * pairs, shape, words -> {
            Tensor both = words.view(words.size(0), pairs, 2);
            Tensor above0 = both.select(2, 0).add(scalar(0.5)).mul_(scalar(PER_WORD));
            Tensor radius = above0.log_().mul_(scalar(-2.0)).sqrt_();
            Tensor angle = both.select(2, 1).mul(scalar(2 * Math.PI * PER_WORD));
            Tensor normal = cat(1, radius.mul(angle.cos()), radius.mul(angle.sin()));
            return normal.narrow(1, 0, length).to(ScalarType.Float);
        });
    }

    /** Uniform numbers in [0,1), float32 [n,…]. */
    public Tensor uniform(long... shape) {
        // 24 bits, the precision of a float, so no value is rounded up to 1.
        return drawn(
                length(shape),
                shape,
                words ->
                        words.mul(scalar(0x1p-8)).floor_().mul_(scalar(0x1p-24)).to(ScalarType.Float));
    }

    /**
     * Whether uniform numbers are at least {@code bound}, bool [n,…]: exactly {@code uniform(shape) >= bound}, in a
     * quarter of the memory.
     *
     * @param bound in [0,1]; rounded to float32
     */
    public Tensor atLeast(double bound, long... shape) {
        // The least word whose upper 24 bits make such a number.
        Scalar least = scalar(Math.ceil((float) bound * 0x1p24) * 0x1p8);
        return drawn(length(shape), shape, words -> words.ge(least));
    }

    /**
     * Uniform numbers in [0,1), multiples of 2^-32, for use in Java: {@code perRow} for each of {@code rows}, row by
     * row.
     */
    public double[] uniforms(int rows, int perRow) {
        double[] values = onCpu(0, rows, perRow, nextPurpose());
        for (int i = 0; i < values.length; i++) {
            values[i] *= PER_WORD;
        }
        return values;
    }

    /**
     * The next draw, some rows at a time, so that a large one needs little memory besides its numbers.
     *
     * @param perRow the number of words for a row
     * @param law makes the numbers of some rows from their words, which are float64 [rows, perRow] in [0, 2^32)
     */
    private Tensor drawn(int perRow, long[] shape, UnaryOperator<Tensor> law) {
        int purpose = nextPurpose();
        int rows = Math.toIntExact(shape[0]);
        int most = Math.max(1, AT_ONCE / Math.max(1, perRow));
        return Scope.returning(() -> {
            List<Tensor> parts = new ArrayList<>();
            int first = 0;
            do {
                int from = first;
                int count = Math.min(most, rows - first);
                parts.add(Scope.returning(() -> law.apply(words(from, count, perRow, purpose))));
                first += count;
            } while (first < rows);
            return (parts.size() == 1 ? parts.get(0) : cat(0, parts.toArray(Tensor[]::new))).view(shape);
        });
    }

    /** The words of some rows of a draw, as numbers in [0, 2^32): float64 [rows, perRow], on the device. */
    private Tensor words(int first, int rows, int perRow, int purpose) {
        if (device == Device.CPU) {
            return Tensor.create(onCpu(first, rows, perRow, purpose), rows, perRow);
        }
        int[] firstBlocks = new int[rows];
        Arrays.setAll(firstBlocks, row -> firstBlock(first + row, perRow));
        long[] ofRows = LongStream.range(first, first + rows).map(this::item).toArray();
        return new PhiloxTensors(seed, device)
                .words(perRow, firstBlocks, purpose, ofRows)
                .to(ScalarType.Double);
    }

    private double[] onCpu(int first, int rows, int perRow, int purpose) {
        Philox philox = new Philox(seed);
        int[] words = new int[perRow];
        double[] numbers = new double[Math.multiplyExact(rows, perRow)];
        for (int row = 0; row < rows; row++) {
            philox.fill(words, 0, perRow, firstBlock(first + row, perRow), purpose, item(first + row));
            for (int i = 0; i < perRow; i++) {
                numbers[row * perRow + i] = Integer.toUnsignedLong(words[i]);
            }
        }
        return numbers;
    }

    private int nextPurpose() {
        if (draws == MOST) {
            throw new IllegalStateException("more than " + MOST + " draws");
        }
        return stream << 16 | draws++;
    }

    private long item(long row) {
        return items.applyAsLong(row % count);
    }

    /** The first block of a row: rows beyond the items continue the sequences of the items. */
    private int firstBlock(long row, int perRow) {
        int blocks = (perRow + Philox.WORDS - 1) / Philox.WORDS;
        return Math.toIntExact(row / count * blocks);
    }

    private static int length(long... shape) {
        long length = 1;
        for (int i = 1; i < shape.length; i++) {
            length *= shape[i];
        }
        return Math.toIntExact(length);
    }
}
