package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ConcatenationTest {
    @Test
    void everyItemIsInTheNextPartThatHasRoom() {
        long[] sizes = {0, 2, 0, 0, 3, 1, 0};
        Concatenation parts = new Concatenation(LongStream.of(sizes));
        long item = 0;
        for (int part = 0; part < sizes.length; part++) {
            for (int within = 0; within < sizes[part]; within++, item++) {
                assertThat(parts.part(item)).as("part of %d", item).isEqualTo(part);
                assertThat(parts.withinPart(item)).as("place of %d", item).isEqualTo(within);
            }
        }
        assertThat(parts.size()).isEqualTo(item);
        assertThatThrownBy(() -> parts.part(6)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> parts.part(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
