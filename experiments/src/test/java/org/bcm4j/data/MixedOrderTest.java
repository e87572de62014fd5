package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MixedOrderTest {
    private static final int OF_A_CLASS = 10;

    @TempDir
    Path directory;

    /** Images of one pixel, whose value is their number. */
    private static LabelledImages images(int... labels) {
        byte[] pixels = new byte[labels.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) i;
        }
        return new LabelledImages(pixels, labels, 1, 1, 1, List.of("cat", "dog", "owl"));
    }

    private static long[] labels(LabelledImages images, long... indices) {
        try (Scope scope = Scope.open()) {
            return HostTensors.longs(images.labels(indices));
        }
    }

    /** Folders of numbered classes need not ascend: 10 comes before 2. */
    @Test
    void aSetThatIsGroupedByClassIsShuffledWithItsLabels() {
        int[] grouped = IntStream.range(0, 3 * OF_A_CLASS)
                .map(i -> (i / OF_A_CLASS + 1) % 3)
                .toArray();
        LabelledImages mixed = images(grouped).mixed();

        assertThat(mixed.size()).isEqualTo(grouped.length);
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < grouped.length; i++) {
            int pixel = mixed.pixels(i)[0];
            assertThat(labels(mixed, i)).containsExactly(grouped[pixel]);
            found.add(pixel);
        }
        assertThat(found)
                .doesNotHaveDuplicates()
                .isNotEqualTo(found.stream().sorted().toList());
        assertThat(labels(mixed, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)).contains(0, 1, 2);
        assertThat(images(grouped).mixed().pixels(0, 1, 2)).isEqualTo(mixed.pixels(0, 1, 2));
    }

    @Test
    void anyOtherSetKeepsItsOrder() {
        for (int[] labels : List.of(new int[] {0, 1, 2, 0, 1, 2}, new int[] {0, 0, 1, 1, 0}, new int[4], new int[0])) {
            LabelledImages images = images(labels);
            assertThat(images.mixed()).isSameAs(images);
        }
    }

    @Test
    void picturesOfSeveralFoldersAreShuffled() throws IOException {
        PictureTree tree = new PictureTree(directory);
        for (int i = 0; i < 2 * OF_A_CLASS; i++) {
            tree.write((i < OF_A_CLASS ? "cat/" : "dog/") + (char) ('a' + i) + ".png", i, 1, 2, 2);
        }
        List<Byte> all = levels(directory);
        assertThat(all)
                .hasSize(2 * OF_A_CLASS)
                .doesNotHaveDuplicates()
                .isNotEqualTo(all.stream().sorted().toList());
        assertThat(all.subList(0, OF_A_CLASS))
                .anyMatch(level -> level < OF_A_CLASS)
                .anyMatch(level -> level >= OF_A_CLASS);

        List<Byte> cats = levels(directory.resolve("cat"));
        assertThat(cats).hasSize(OF_A_CLASS).isEqualTo(cats.stream().sorted().toList());
    }

    private static List<Byte> levels(Path folder) {
        List<Byte> levels = new ArrayList<>();
        ImageSet.at(folder).forEachBatch(3, batch -> {
            for (long i = 0; i < batch.size(0); i++) {
                levels.add(HostTensors.bytes(batch.select(0, i))[0]);
            }
        });
        return levels;
    }
}
