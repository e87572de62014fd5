package org.bcm4j.data.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class LmdbPicturesTest extends SmallSets {
    private void write(String name, Map<String, byte[]> entries) throws IOException {
        TinyLmdb.write(directory.resolve(name), entries);
    }

    private List<String> names(String folder) throws IOException {
        try (Stream<Path> content = Files.list(directory.resolve(folder))) {
            return content.map(path -> path.getFileName().toString()).toList();
        }
    }

    /** How {@code record-lmdb.py} says: each map has a size of 1 TiB. */
    @Test
    void foldersOfAnotherWriterAreRead() throws Exception {
        Path folder = Path.of(Objects.requireNonNull(LmdbPicturesTest.class.getResource("tower_train_lmdb"))
                .toURI());
        try (PictureSet set =
                PictureSources.open(List.of(folder, folder.resolveSibling("tower_val_lmdb")), Optional.empty())) {
            assertThat(set.format()).isEqualTo("LMDB of picture files, divided into train and validation");
            String zeros = "0".repeat(39);
            assertThat(contents(set.training()))
                    .containsExactly(zeros + "1 tower 1", zeros + "2 tower 2", zeros + "3 tower 3");
            assertThat(contents(set.test().orElseThrow())).containsExactly(zeros + "9 tower 9");
        }
    }

    @Test
    void theFolderStaysAsItIs() throws Exception {
        write("set", Map.of("b", png(2), "a", png(1)));
        byte[] before = Files.readAllBytes(directory.resolve("set/data.mdb"));
        try (PictureSet set = open("set")) {
            assertThat(set.training().classes()).isEmpty();
            assertThat(contents(set.training())).containsExactly("a 1", "b 2");
            assertThat(names("set")).containsExactly("data.mdb");
        }
        assertThat(names("set")).containsExactly("data.mdb");
        assertThat(Files.readAllBytes(directory.resolve("set/data.mdb"))).isEqualTo(before);
    }

    @Test
    void categoriesAreClasses() throws Exception {
        write("church_outdoor_train_lmdb", Map.of("a", png(1), "b", png(2)));
        write("bridge_train_lmdb", Map.of("a", png(3)));
        write("bridge_val_lmdb", Map.of("a", png(4)));
        try (PictureSet set = open("church_outdoor_train_lmdb")) {
            assertThat(contents(set.training())).containsExactly("a church_outdoor 1", "b church_outdoor 2");
        }
        try (PictureSet set = open("*_lmdb")) {
            assertThat(set.training().classes()).containsExactly("bridge", "church_outdoor");
            assertThat(contents(set.training()))
                    .containsExactly(
                            "bridge_train_lmdb/a bridge 3",
                            "church_outdoor_train_lmdb/a church_outdoor 1",
                            "church_outdoor_train_lmdb/b church_outdoor 2");
            assertThat(contents(set.test().orElseThrow())).containsExactly("a bridge 4");
        }
    }

    /** LSUN's own test pictures have none. */
    @Test
    void testPicturesWithoutCategoriesAreLeftOut() throws Exception {
        write("bridge_train_lmdb", Map.of("a", png(1)));
        write("test_lmdb", Map.of("a", png(9)));
        refused("test_lmdb: its pictures have no classes, but those of", "*_lmdb");

        write("bridge_val_lmdb", Map.of("a", png(2)));
        try (PictureSet set = open("*_lmdb")) {
            assertThat(set.format())
                    .isEqualTo("LMDB of picture files, divided into train and validation, without test");
            assertThat(set.training().classes()).containsExactly("bridge");
            assertThat(contents(set.test().orElseThrow())).containsExactly("a bridge 2");
        }
    }

    private static byte[] bmp(int level) throws IOException {
        BufferedImage image = new BufferedImage(500, 500, BufferedImage.TYPE_3BYTE_BGR);
        image.setRGB(0, 0, level << 16);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "bmp", out);
        return out.toByteArray();
    }

    /** Such values have pages of their own, and the file is larger than LMDB maps unless told to. */
    @Test
    void largeValuesAreRead() throws Exception {
        Map<String, byte[]> pictures = new TreeMap<>();
        for (int i = 0; i < 5; i++) {
            pictures.put("picture " + i, bmp(i));
        }
        write("set", pictures);
        try (PictureSet set = open("set")) {
            assertThat(contents(set.training()))
                    .containsExactly(
                            "0x706963747572652030 0",
                            "0x706963747572652031 1",
                            "0x706963747572652032 2",
                            "0x706963747572652033 3",
                            "0x706963747572652034 4");
        }
    }

    @Test
    void unusableValuesAreNamed() throws Exception {
        write("set", Map.of("a", "no picture".getBytes(StandardCharsets.UTF_8), "b", png(1)));
        PictureSet set = open("set");
        assertThat(set.training().read(1).values()[0]).isEqualTo((byte) 1);
        assertThatThrownBy(() -> set.training().read(0))
                .isInstanceOf(UnusablePictureException.class)
                .hasMessageContaining("data.mdb, key a is not a picture");
        set.close();
        set.close();
        assertThatThrownBy(() -> set.training().read(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void otherFoldersAreRefusedInOneLine() throws Exception {
        write(
                "texts",
                Map.of("length", "9".getBytes(StandardCharsets.UTF_8), "size", "32".getBytes(StandardCharsets.UTF_8)));
        refused("data.mdb: its values are not picture files, as those of LSUN are (keys length, size)", "texts");
        write("empty", Map.of());
        refused("data.mdb: holds no entries", "empty");

        write("set", Map.of("a", png(1)));
        Path file = directory.resolve("set/data.mdb");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        refused("data.mdb: ends too early: it has " + (whole.length - 1) + " of " + whole.length + " bytes", "set");
        Files.write(file, Arrays.copyOf(whole, 100));
        refused("data.mdb: is not a file of LMDB that can be read here", "set");
        Files.write(file, new byte[0]);
        refused("data.mdb: is empty (0 bytes)", "set");
        Files.write(file, "no environment of LMDB".repeat(500).getBytes(StandardCharsets.UTF_8));
        refused("data.mdb: is not a file of LMDB that can be read here", "set");
        refused("set: is no tar file; several SOURCEs must", "set", ".");
    }
}
