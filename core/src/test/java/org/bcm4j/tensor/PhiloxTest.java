package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhiloxTest {
    /** The known answers that Random123, the authors' own code, is tested with: counter, key, words. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "00000000 00000000 00000000 00000000 | 00000000 00000000 | 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
                "ffffffff ffffffff ffffffff ffffffff | ffffffff ffffffff | 408f276d 41c83b0e a20bc7c6 6d5451fd",
                "243f6a88 85a308d3 13198a2e 03707344 | a4093822 299f31d0 | d16cfe09 94fdcceb 5001e420 24126ea1"
            })
    void givesTheKnownAnswers(String counter, String key, String answer) {
        int[] c = words(counter);
        int[] words = new int[Philox.WORDS];
        new Philox(joined(words(key)[0], words(key)[1])).fill(words, 0, words.length, c[0], c[1], joined(c[2], c[3]));
        assertThat(words).containsExactly(words(answer));
    }

    @Test
    void fillsAcrossBlocksAndStopsWithin() {
        int[] words = new int[12];
        new Philox(3).fill(words, 1, 9, 5, 7, 11);
        int[] later = new int[4];
        new Philox(3).fill(later, 0, 4, 6, 7, 11);
        assertThat(words[0]).isZero();
        assertThat(words).endsWith(0, 0);
        assertThat(Arrays.copyOfRange(words, 5, 9)).containsExactly(later);
    }

    /** Of any keys and counters, which overflow too. */
    @Property(tries = 200)
    void aDeviceComputesTheSameWords(
            @ForAll long key,
            @ForAll int block,
            @ForAll int purpose,
            @ForAll @Size(min = 1, max = 3) long[] items,
            @ForAll @IntRange(min = 1, max = 9) int perRow) {
        int[] blocks = new int[items.length];
        int[] expected = new int[items.length * perRow];
        for (int row = 0; row < items.length; row++) {
            blocks[row] = block + row;
            new Philox(key).fill(expected, row * perRow, perRow, blocks[row], purpose, items[row]);
        }
        try (Scope scope = Scope.open()) {
            Tensor words = new PhiloxTensors(key, testDevice()).words(perRow, blocks, purpose, items);
            assertThat(HostTensors.longs(words))
                    .containsExactly(Arrays.stream(expected)
                            .mapToLong(Integer::toUnsignedLong)
                            .toArray());
            assertThat(words.size(0)).isEqualTo(items.length);
        }
    }

    private static int[] words(String hexadecimal) {
        return Arrays.stream(hexadecimal.split(" "))
                .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
                .toArray();
    }

    private static long joined(int low, int high) {
        return Integer.toUnsignedLong(low) | (long) high << 32;
    }
}
