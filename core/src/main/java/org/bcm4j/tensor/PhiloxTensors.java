package org.bcm4j.tensor;

import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.Ops.stack;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The words of {@link Philox}, computed by a device. A GPU computes all of a draw's words at once; one processor thread
 * would keep it waiting.
 */
final class PhiloxTensors {
    private static final long WORD = 0xFFFFFFFFL;

    private final long key0;
    private final long key1;
    private final Device device;

    PhiloxTensors(long key, Device device) {
        key0 = key & WORD;
        key1 = key >>> 32;
        this.device = device;
    }

    /**
     * The words that {@link Philox#fill} writes, as unsigned numbers: row r has {@code perRow} words, from the counter
     * ({@code firstBlocks[r]}, {@code purpose}, {@code items[r]}) on.
     *
     * @return int64 [rows, perRow], in [0, 2^32)
     */
    Tensor words(int perRow, int[] firstBlocks, int purpose, long... items) {
        return Scope.returning(() -> {
            int rows = items.length;
            int blocks = (perRow + Philox.WORDS - 1) / Philox.WORDS;
            long[] counters = new long[rows * blocks];
            for (int i = 0; i < counters.length; i++) {
                counters[i] = Integer.toUnsignedLong(firstBlocks[i / blocks] + i % blocks);
            }
            Tensor item = device.integers(items).view(rows, 1);
            Tensor c0 = device.integers(counters).view(rows, blocks);
            Tensor c1 = torch.full_like(c0, scalar(Integer.toUnsignedLong(purpose)));
            Tensor c2 = low(item).expand(rows, blocks);
            Tensor c3 = high(item).expand(rows, blocks);
            long k0 = key0;
            long k1 = key1;
            for (int round = 0; round < Philox.ROUNDS; round++) {
                Tensor product0 = c0.mul(scalar(Philox.MULTIPLIER_0));
                Tensor product1 = c2.mul(scalar(Philox.MULTIPLIER_1));
                c0 = high(product1).bitwise_xor(c1).bitwise_xor(scalar(k0));
                c1 = low(product1);
                c2 = high(product0).bitwise_xor(c3).bitwise_xor(scalar(k1));
                c3 = low(product0);
                k0 = k0 + Integer.toUnsignedLong(Philox.BUMP_0) & WORD;
                k1 = k1 + Integer.toUnsignedLong(Philox.BUMP_1) & WORD;
            }
            return stack(2, c0, c1, c2, c3)
                    .view(rows, (long) blocks * Philox.WORDS)
                    .narrow(1, 0, perRow);
        });
    }

    private static Tensor low(Tensor number) {
        return number.bitwise_and(scalar(WORD));
    }

    /** The upper 32 bits. The shift brings copies of the sign, which the mask takes away. */
    private static Tensor high(Tensor number) {
        return low(torch.bitwise_right_shift(number, scalar(32L)));
    }
}
