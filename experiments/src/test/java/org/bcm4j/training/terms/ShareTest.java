package org.bcm4j.training.terms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

class ShareTest {
    @Property
    void thePartsHoldTheShareOfTheBatchBetweenThem(
            @ForAll @Scale(3) @DoubleRange(min = 0.001, max = 1) double share,
            @ForAll @IntRange(min = 1, max = 70) int images,
            @ForAll @IntRange(min = 1, max = 20) int parts) {
        List<Share> ofParts = IntStream.range(0, parts)
                .mapToObj(part -> Share.of(share, images, part, parts))
                .toList();
        long all = ofParts.stream().mapToLong(Share::count).sum();
        // The exact share may lie halfway between two numbers of images, where products in another order round to
        // another one.
        assertThat((double) all).isCloseTo(Math.max(1, share * images * parts), within(0.5 + 1e-9));
        assertThat(ofParts).allSatisfy(part -> assertThat(part.count()).isBetween(0, images));
        // float64
        assertThat(ofParts.stream().mapToDouble(Share::weight).sum() / parts).isCloseTo(1, within(1e-9));
        assertThat(ofParts.get(0).fraction()).isCloseTo((double) all / (images * parts), within(1e-12));
    }

    /** So that runs of earlier versions go on with the same bits. */
    @Test
    void partsOfEqualCountsHaveWeightOne() {
        assertThat(Share.of(0.25, 32, 1, 2)).isEqualTo(new Share(8, 0.25, 1));
    }
}
