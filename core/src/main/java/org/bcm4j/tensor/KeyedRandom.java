package org.bcm4j.tensor;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.Arrays;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
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
        return Scope.returning(() -> {
            int length = length(shape);
            int pairs = (length + 1) / 2;
            Tensor words = words(Math.toIntExact(shape[0]), 2 * pairs).view(shape[0], pairs, 2);
            Tensor above0 = words.select(2, 0).add(scalar(0.5)).mul_(scalar(PER_WORD));
            Tensor radius = above0.log_().mul_(scalar(-2.0)).sqrt_();
            Tensor angle = words.select(2, 1).mul(scalar(2 * Math.PI * PER_WORD));
            Tensor normal = cat(1, radius.mul(angle.cos()), radius.mul(angle.sin()));
            return normal.narrow(1, 0, length).to(ScalarType.Float).view(shape);
        });
    }

    /** Uniform numbers in [0,1), float32 [n,…]. */
    public Tensor uniform(long... shape) {
        return Scope.returning(() -> {
            // 24 bits, the precision of a float, so no value is rounded up to 1.
            Tensor upper = words(Math.toIntExact(shape[0]), length(shape))
                    .mul(scalar(0x1p-8))
                    .floor_();
            return upper.mul_(scalar(0x1p-24)).to(ScalarType.Float).view(shape);
        });
    }

    /**
     * Uniform numbers in [0,1), multiples of 2^-32, for use in Java: {@code perRow} for each of {@code rows}, row by
     * row.
     */
    public double[] uniforms(int rows, int perRow) {
        double[] values = onCpu(rows, perRow, nextPurpose());
        for (int i = 0; i < values.length; i++) {
            values[i] *= PER_WORD;
        }
        return values;
    }

    /** The words of the next draw, as numbers in [0, 2^32): float64 [rows, perRow], on the device. */
    private Tensor words(int rows, int perRow) {
        int purpose = nextPurpose();
        if (device == Device.CPU) {
            return Tensor.create(onCpu(rows, perRow, purpose), rows, perRow);
        }
        int[] firstBlocks = new int[rows];
        Arrays.setAll(firstBlocks, row -> firstBlock(row, perRow));
        long[] ofRows = LongStream.range(0, rows).map(this::item).toArray();
        return new PhiloxTensors(seed, device)
                .words(perRow, firstBlocks, purpose, ofRows)
                .to(ScalarType.Double);
    }

    private double[] onCpu(int rows, int perRow, int purpose) {
        Philox philox = new Philox(seed);
        int[] words = new int[perRow];
        double[] numbers = new double[Math.multiplyExact(rows, perRow)];
        for (int row = 0; row < rows; row++) {
            philox.fill(words, 0, perRow, firstBlock(row, perRow), purpose, item(row));
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
