package org.bcm4j.data.packing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bcm4j.data.ImageFolder;
import org.bcm4j.data.ImageFolder.HeldOut;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.data.PackedImages;
import org.bcm4j.data.parquet.TinyParquet;
import org.bcm4j.data.sources.PictureSet;
import org.bcm4j.data.sources.PictureSources;
import org.bcm4j.data.sources.TinyLmdb;
import org.bcm4j.data.sources.TinyPictures;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackingTest {
    private static final int SIDE = 4;

    @TempDir
    Path directory;

    private void picture(String name, int level, int channels) throws IOException {
        TinyPictures.write(directory.resolve("set").resolve(name), level, channels, SIDE, SIDE);
    }

    private PackedSet pack(String out, int shardSize, boolean skipsBad) {
        return pack("set", out, shardSize, skipsBad);
    }

    private PackedSet pack(String source, String out, int shardSize, boolean skipsBad) {
        PackingSettings settings = new PackingSettings(SIDE, shardSize, skipsBad);
        try (PictureSet set = PictureSources.open(List.of(directory.resolve(source)), Optional.empty());
                Packing packing = Packing.open(set, settings, source, directory.resolve(out))) {
            return packing.run(2, done -> {});
        }
    }

    /** The bytes of all files of a packed set but its lock. */
    private Map<String, String> files(String out) throws IOException {
        Map<String, String> sums = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory.resolve(out))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sums.put(directory.resolve(out).relativize(file).toString(), Checksum.sha256(file));
            }
        }
        sums.remove(".lock");
        return sums;
    }

    private static byte[] bytes(LabelledImages images) {
        try (Scope scope = Scope.open()) {
            return HostTensors.bytes(
                    images.bytes(LongStream.range(0, images.size()).toArray()));
        }
    }

    private static long[] labels(LabelledImages images) {
        try (Scope scope = Scope.open()) {
            return HostTensors.longs(
                    images.labels(LongStream.range(0, images.size()).toArray()));
        }
    }

    @Test
    void trainingReadsTheSameBytesAsOfTheFolder() throws IOException {
        for (int i = 0; i < 50; i++) {
            picture((i % 3 == 0 ? "dog/" : "cat/") + i + ".png", 3 * i, i == 7 ? 3 : 1);
        }
        PackedSet packed = pack("packed", 8, false);

        LabelledImages fromPacked = new PackedImages(directory.resolve("packed")).training();
        LabelledImages fromFolder = new ImageFolder(
                        directory.resolve("set"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        0,
                        HeldOut.FINGERPRINT)
                .training();
        assertThat(fromPacked.size()).isEqualTo(50);
        assertThat(fromPacked.channels()).isEqualTo(3);
        assertThat(fromPacked.classNames()).isEqualTo(fromFolder.classNames());
        assertThat(bytes(fromPacked)).isEqualTo(bytes(fromFolder));
        assertThat(labels(fromPacked)).isEqualTo(labels(fromFolder));
        assertThat(packed.train().perClass()).containsExactly(33, 17);
        assertThat(new PackedImages(directory.resolve("packed")).hasTest()).isFalse();
    }

    @Test
    void filesAreListedWithTheirChecksumsAndNothingElseStays() throws IOException {
        for (int i = 0; i < 10; i++) {
            picture("train/" + i + ".png", i, 1);
            picture("test/" + i + ".png", i, 1);
        }
        PackedSet packed = pack("packed", 4, false);

        Map<String, String> files = files("packed");
        assertThat(files).containsKeys("dataset.json", "train/images-00002.npy", "test/labels.npy");
        files.remove("dataset.json");
        Map<String, String> listed = new TreeMap<>(packed.train().files());
        listed.putAll(packed.test().orElseThrow().files());
        assertThat(listed).isEqualTo(files).hasSize(8);
        assertThat(packed.channels()).isEqualTo(1);
        assertThat(packed.classes()).containsExactly("all");
        try (Scope scope = Scope.open()) {
            assertThat(NumpyFiles.readNpy(directory.resolve("packed/train/images-00002.npy"))
                            .shape())
                    .containsExactly(2, 1, SIDE, SIDE);
        }
    }

    /** The first files are grey until a later picture is in colour; then they are written again. */
    @Test
    void laterColoursReachEarlierFiles() throws IOException {
        for (int i = 0; i < 12; i++) {
            picture(String.format(Locale.ROOT, "%02d.png", i), 10 * i, i == 9 ? 3 : 1);
        }
        pack("packed", 4, false);
        try (Scope scope = Scope.open()) {
            for (int k = 0; k < 3; k++) {
                assertThat(HostTensors.bytes(
                                NumpyFiles.readNpy(directory.resolve("packed/train/images-0000" + k + ".npy"))))
                        .hasSize(4 * 3 * SIDE * SIDE)
                        .startsWith((byte) (40 * k))
                        .endsWith((byte) (40 * k + 30));
            }
        }
    }

    @Test
    void badPicturesStopTheWorkOrAreLeftOut() throws IOException {
        for (int i = 0; i < 12; i++) {
            picture("cat/" + String.format(Locale.ROOT, "%02d.png", i), i, 1);
        }
        for (String bad : List.of("03", "04", "05", "08")) {
            Files.writeString(directory.resolve("set/cat/" + bad + ".png"), "no picture");
        }
        assertThatThrownBy(() -> pack("packed", 3, false))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("cat/03.png is not a picture")
                .hasMessageContaining("--skip-bad")
                .message()
                .hasLineCount(1);

        PackedSet packed = pack("packed", 3, true);
        assertThat(packed.train().images()).isEqualTo(8);
        assertThat(packed.train().leftOut()).hasSize(4).first().asString().contains("cat/03.png");
        // Nothing is left of the pictures of the second file.
        assertThat(files("packed")).containsKey("train/images-00002.npy").doesNotContainKey("train/images-00001.npy");
        assertThat(new PackedImages(directory.resolve("packed")).training().size())
                .isEqualTo(8);
    }

    @Test
    void finishedFilesAreKeptAndUnfinishedOnesWrittenAgain() throws IOException {
        for (int i = 0; i < 12; i++) {
            picture("cat/" + String.format(Locale.ROOT, "%02d.png", i), i, 1);
        }
        pack("whole", 4, false);

        Files.writeString(directory.resolve("set/cat/09.png"), "");
        assertThatThrownBy(() -> pack("packed", 4, false)).hasMessageContaining("09.png is empty");
        Path first = directory.resolve("packed/train/images-00000.npy");
        Path second = directory.resolve("packed/train/images-00001.npy");
        FileTime written = Files.getLastModifiedTime(first);
        Files.write(second, new byte[10]);
        Files.write(directory.resolve("packed/train/.images-00002.npy.1.tmp"), new byte[10]);
        picture("cat/09.png", 9, 1);
        pack("packed", 4, false);
        assertThat(Files.getLastModifiedTime(first)).isEqualTo(written);
        assertThat(files("packed")).isEqualTo(files("whole"));

        // Once more, it is complete.
        pack("packed", 4, false);
        assertThat(files("packed")).isEqualTo(files("whole"));
    }

    /** Pictures of 40 levels in two classes, one in colour; the one with the given number is broken. */
    private List<byte[]> encoded(int broken) {
        return IntStream.range(0, 40)
                .mapToObj(i -> i == broken ? new byte[] {1} : TinyPictures.png(5 * i, i == 7 ? 3 : 1, SIDE, SIDE))
                .toList();
    }

    private void writeParquet(List<byte[]> pictures) throws IOException {
        TinyParquet first = TinyParquet.ofPictures().classes("label", "cat", "dog");
        TinyParquet second =
                TinyParquet.ofPictures().classes("label", "cat", "dog").dictionary(true);
        for (int i = 0; i < pictures.size(); i++) {
            (i < 17 ? first : second).picture(pictures.get(i), i < 20 ? 0 : 1);
        }
        first.write(directory.resolve("tables/train-0.parquet"));
        second.write(directory.resolve("tables/train-1.parquet"));
    }

    private void writeLmdb(List<byte[]> pictures) throws IOException {
        Map<String, byte[]> cats = new TreeMap<>();
        Map<String, byte[]> dogs = new TreeMap<>();
        for (int i = 0; i < pictures.size(); i++) {
            (i < 20 ? cats : dogs).put("key" + (10 + i), pictures.get(i));
        }
        TinyLmdb.write(directory.resolve("cat_train_lmdb"), cats);
        TinyLmdb.write(directory.resolve("dog_train_lmdb"), dogs);
    }

    /** What is written for a source in some form, and how that source is called. */
    private interface Form {
        void write(List<byte[]> pictures) throws IOException;
    }

    @Test
    void tablesAndDatabasesPackToTheBytesOfFoldersThroughInterruptions() throws IOException {
        List<byte[]> pictures = encoded(-1);
        for (int i = 0; i < pictures.size(); i++) {
            Path file = directory.resolve("set/" + (i < 20 ? "cat/" : "dog/") + (10 + i) + ".png");
            Files.createDirectories(file.getParent());
            Files.write(file, pictures.get(i));
        }
        pack("whole", 6, false);
        Map<String, String> wanted = files("whole");
        wanted.remove("dataset.json");

        Map<String, Form> forms = Map.of("tables", this::writeParquet, "*_train_lmdb", this::writeLmdb);
        for (Map.Entry<String, Form> form : forms.entrySet()) {
            String out = "packed" + form.getKey().length();
            form.getValue().write(encoded(33));
            assertThatThrownBy(() -> pack(form.getKey(), out, 6, false)).hasMessageContaining("is not a picture");
            Path first = directory.resolve(out).resolve("train/images-00004.npy");
            FileTime written = Files.getLastModifiedTime(first);
            form.getValue().write(pictures);
            PackedSet packed = pack(form.getKey(), out, 6, false);
            assertThat(packed.classes()).containsExactly("cat", "dog");
            assertThat(Files.getLastModifiedTime(first)).isEqualTo(written);
            Map<String, String> files = files(out);
            files.remove("dataset.json");
            assertThat(files).isEqualTo(wanted);
        }
    }

    /** A process that was killed while it wrote its first file has left only the beginning of it. */
    @Test
    void theBeginningOfTheFirstFileIsNotInTheWay() throws IOException {
        picture("1.png", 1, 1);
        Path out = Files.createDirectories(directory.resolve("out"));
        Path beginning = Files.writeString(out.resolve("..packing.json.0123456789abcdef.tmp"), "{");
        pack("out", 4, false);
        assertThat(beginning).doesNotExist();
        assertThat(out.resolve("dataset.json")).exists();
    }

    @Test
    void aDirectoryWithAnythingElseIsRefused() throws IOException {
        picture("1.png", 1, 1);
        Files.createDirectories(directory.resolve("used"));
        Files.writeString(directory.resolve("used/notes.txt"), "");
        refused("used", 4, "the folder is not empty");
        Files.writeString(directory.resolve("file"), "");
        refused("file", 4, "is a file");

        pack("packed", 4, false);
        refused("packed", 5, "holds another set, or one that was packed with other options");
        picture("2.png", 1, 1);
        refused("packed", 4, "holds another set, or one that was packed with other options");

        Files.writeString(directory.resolve("set/2.png"), "");
        assertThatThrownBy(() -> pack("begun", 4, false)).hasMessageContaining("2.png");
        refused("begun", 5, "was begun there and not finished");
    }

    private void refused(String out, int shardSize, String message) {
        assertThatThrownBy(() -> pack(out, shardSize, false))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message)
                .message()
                .hasLineCount(1);
    }

    @Test
    void picturesOfOtherSizesAreNotTheSame() throws Exception {
        TinyPictures.write(directory.resolve("set/1.png"), 9, 1, 2, 6);
        TinyPictures.write(directory.resolve("set/2.png"), 9, 1, 6, 2);
        TinyPictures.write(directory.resolve("set/3.png"), 9, 3, 2, 2);
        try (PictureSet set = PictureSources.open(List.of(directory.resolve("set")), Optional.empty())) {
            assertThat(Inspection.of(set.training(), 2, done -> {}).repeated()).isEmpty();
        }
    }

    @Test
    void inspectionCountsAndNames() throws Exception {
        picture("cat/1.png", 1, 1);
        picture("cat/2.png", 1, 1);
        picture("dog/3.png", 2, 3);
        TinyPictures.write(directory.resolve("set/dog/4.png"), 5, 1, 2, 9);
        Files.writeString(directory.resolve("set/dog/5.png"), "");
        try (PictureSet set = PictureSources.open(List.of(directory.resolve("set")), Optional.empty())) {
            Inspection found = Inspection.of(set.training(), 2, done -> {});
            assertThat(found.pictures()).isEqualTo(5);
            assertThat(found.sizes())
                    .containsExactly(Map.entry(new Inspection.Size(4, 4), 3), Map.entry(new Inspection.Size(9, 2), 1));
            assertThat(found.grey()).isEqualTo(3);
            assertThat(found.coloured()).isEqualTo(1);
            assertThat(found.perClass()).containsExactly(Map.entry("cat", 2), Map.entry("dog", 3));
            assertThat(found.unusable()).hasSize(1).first().asString().contains("dog/5.png is empty");
            assertThat(found.repeated()).containsExactly(new Inspection.Repeated("cat/2.png", "cat/1.png"));

            // Two classes: the first row's first picture is black, but for the level 1.
            BufferedImage sheet = ContactSheet.of(set.training());
            assertThat(sheet.getRGB(10, 30) & 0xffffff).isEqualTo(0x010101);
            assertThat(sheet.getRGB(sheet.getWidth() - 1, sheet.getHeight() - 1) & 0xffffff)
                    .isEqualTo(0xffffff);
        }
    }
}
