package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ImageBytesTest {
    private static final int LENGTH = 3;

    /** Parts of any sizes, of which some are empty. */
    @Property(tries = 100)
    void imagesAreThoseOfTheirPartsInOrder(@ForAll @Size(max = 6) List<@IntRange(max = 4) Integer> counts) {
        List<ByteBuffer> parts = new ArrayList<>();
        byte next = 0;
        for (int count : counts) {
            byte[] part = new byte[count * LENGTH];
            for (int i = 0; i < part.length; i++) {
                part[i] = next++;
            }
            parts.add(ByteBuffer.wrap(part));
        }
        ImageBytes images = new ImageBytes(parts, LENGTH);

        int all = counts.stream().mapToInt(Integer::intValue).sum();
        assertThat(images.count()).isEqualTo(all);
        for (int index = 0; index < all; index++) {
            byte[] target = new byte[LENGTH + 2];
            images.copy(index, target, 1);
            byte first = (byte) (LENGTH * index);
            assertThat(target).containsExactly(0, first, first + 1, first + 2, 0);
        }
        assertThatThrownBy(() -> images.copy(all, new byte[LENGTH], 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> images.copy(-1, new byte[LENGTH], 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Example
    void aPartHoldsWholeImages() {
        List<ByteBuffer> parts = Arrays.asList(ByteBuffer.allocate(6), ByteBuffer.allocate(4));
        assertThatThrownBy(() -> new ImageBytes(parts, LENGTH))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("4 bytes are no images of 3 bytes");
    }
}
