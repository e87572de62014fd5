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
            Tensor block = device.integers(counters).view(rows, blocks);
            // The numbers of the counter, c0 to c3, and what becomes of them. Both halves go through the same
            // operations.
            Tensor even = stack(0, block, low(item).expand(rows, blocks));
            Tensor odd = stack(
                    0,
                    torch.full_like(block, scalar(Integer.toUnsignedLong(purpose))),
                    high(item).expand(rows, blocks));
            Tensor multipliers =
                    device.integers(Philox.MULTIPLIER_0, Philox.MULTIPLIER_1).view(2, 1, 1);
            Tensor keys = device.integers(keys()).view(Philox.ROUNDS, 2, 1, 1);
            for (int round = 0; round < Philox.ROUNDS; round++) {
                Tensor crossed = even.mul(multipliers).flip(0);
                even = high(crossed).bitwise_xor(odd).bitwise_xor(keys.select(0, round));
                odd = low(crossed);
            }
            return stack(2, even.select(0, 0), odd.select(0, 0), even.select(0, 1), odd.select(0, 1))
                    .view(rows, (long) blocks * Philox.WORDS)
                    .narrow(1, 0, perRow);
        });
    }

    /** The two halves of the key in each round. */
    private long[] keys() {
        long[] keys = new long[2 * Philox.ROUNDS];
        for (int round = 0; round < Philox.ROUNDS; round++) {
            keys[2 * round] = key0 + round * Integer.toUnsignedLong(Philox.BUMP_0) & WORD;
            keys[2 * round + 1] = key1 + round * Integer.toUnsignedLong(Philox.BUMP_1) & WORD;
        }
        return keys;
    }

    private static Tensor low(Tensor number) {
        return number.bitwise_and(scalar(WORD));
    }

    /** The upper 32 bits. The shift brings copies of the sign, which the mask takes away. */
    private static Tensor high(Tensor number) {
        return low(torch.bitwise_right_shift(number, scalar(32L)));
    }
}
