package org.bcm4j.tensor;

import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.Ops.stack;

import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The words of {@link Philox}, computed by a device. A GPU computes all of a draw's words at once; one processor thread
 * would keep it waiting.
 */
final class PhiloxTensors {
    private static final long WORD = 0xFFFFFFFFL;
    private static final int FACTORS = 2 * (1 + Philox.ROUNDS);

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
            // One tensor: each copy to a GPU waits for it.
            Tensor given = device.integers(
                    Stream.of(factors(), Arrays.stream(firstBlocks).asLongStream(), Arrays.stream(items))
                            .flatMapToLong(Function.identity())
                            .toArray());
            Tensor factors = given.narrow(0, 0, FACTORS).view(-1, 2, 1, 1);
            Tensor ofRows = given.narrow(0, FACTORS, 2L * rows).view(2, rows, 1);
            Tensor item = ofRows.select(0, 1);
            Tensor block = torch.arange(scalar((long) blocks), given.options()).add(ofRows.select(0, 0));
            // The numbers of the counter, c0 to c3. Both halves go through the same operations.
            Tensor even = stack(0, low(block), low(item).expand(rows, blocks));
            Tensor odd = stack(
                    0,
                    torch.full_like(block, scalar(Integer.toUnsignedLong(purpose))),
                    high(item).expand(rows, blocks));
            for (int round = 1; round <= Philox.ROUNDS; round++) {
                advance(even, odd, factors.select(0, 0), factors.select(0, round));
            }
            return stack(2, even.select(0, 0), odd.select(0, 0), even.select(0, 1), odd.select(0, 1))
                    .view(rows, (long) blocks * Philox.WORDS)
                    .narrow(1, 0, perRow);
        });
    }

    /** One round, in place. What it needs besides is freed at once. */
    private static void advance(Tensor even, Tensor odd, Tensor multipliers, Tensor keys) {
        try (Scope scope = Scope.open()) {
            Tensor crossed = even.mul_(multipliers).flip(0);
            // The upper 32 bits, as in high.
            torch.bitwise_right_shift_out(even, crossed, scalar(32L)).bitwise_and_(scalar(WORD));
            even.bitwise_xor_(odd).bitwise_xor_(keys);
            torch.bitwise_and_out(odd, crossed, scalar(WORD));
        }
    }

    /** The two multipliers, then the two halves of the key in each round: {@link #FACTORS} numbers. */
    private LongStream factors() {
        LongStream keys = IntStream.range(0, Philox.ROUNDS)
                .mapToObj(round -> LongStream.of(
                        key0 + round * Integer.toUnsignedLong(Philox.BUMP_0) & WORD,
                        key1 + round * Integer.toUnsignedLong(Philox.BUMP_1) & WORD))
                .flatMapToLong(Function.identity());
        return LongStream.concat(LongStream.of(Philox.MULTIPLIER_0, Philox.MULTIPLIER_1), keys);
    }

    private static Tensor low(Tensor number) {
        return number.bitwise_and(scalar(WORD));
    }

    /** The upper 32 bits. The shift brings copies of the sign, which the mask takes away. */
    private static Tensor high(Tensor number) {
        return low(torch.bitwise_right_shift(number, scalar(32L)));
    }
}
