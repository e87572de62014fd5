package org.bcm4j.data.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.images.RasterPixels;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One small set in every format. */
class PictureSourcesTest {
    @TempDir
    Path directory;

    /** What a source says of its pictures: name, class, level of the first pixel. */
    static List<String> contents(PictureSource source) throws UnusablePictureException {
        List<String> contents = new ArrayList<>();
        for (int i = 0; i < source.size(); i++) {
            RasterPixels picture = source.read(i);
            contents.add(source.name(i)
                    + (source.classes().isEmpty() ? "" : " " + source.classes().get(source.label(i)))
                    + " " + Byte.toUnsignedInt(picture.values()[0]));
        }
        return contents;
    }

    private PictureSet open(String... names) {
        return PictureSources.open(Stream.of(names).map(directory::resolve).toList(), Optional.empty());
    }

    private void refused(String message, String... names) {
        assertThatThrownBy(() -> open(names))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message)
                .message()
                .hasLineCount(1);
    }

    private void picture(String name, int level) throws IOException {
        TinyPictures.write(directory.resolve(name), level, 1, 2, 3);
    }

    @Test
    void foldersAreClasses() throws Exception {
        picture("set/cat/1.png", 1);
        picture("set/dog/a/2.png", 2);
        picture("elsewhere/3.png", 3);
        Files.createSymbolicLink(directory.resolve("set/owl"), directory.resolve("elsewhere"));

        try (PictureSet set = open("set")) {
            assertThat(set.format()).isEqualTo("folder of pictures");
            assertThat(set.test()).isEmpty();
            assertThat(contents(set.training()))
                    .containsExactly("cat/1.png cat 1", "dog/a/2.png dog 2", "owl/3.png owl 3");
            RasterPixels first = set.training().read(0);
            assertThat(List.of(first.channels(), first.height(), first.width())).containsExactly(1, 2, 3);
        }
    }

    @Test
    void picturesInOneFolderHaveNoClasses() throws Exception {
        picture("set/1.png", 1);
        picture("set/2.png", 2);
        try (PictureSet set = open("set")) {
            assertThat(set.training().classes()).isEmpty();
            assertThat(contents(set.training())).containsExactly("1.png 1", "2.png 2");
            assertThatThrownBy(() -> set.training().label(0)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aFileNamesTheClasses() throws Exception {
        picture("set/1.png", 1);
        picture("set/2.png", 2);
        Path labels = directory.resolve("labels.csv");
        Files.writeString(labels, "file,class\n2.png,dog\n1.png,cat\n");
        try (PictureSet set = PictureSources.open(List.of(directory.resolve("set")), Optional.of(labels))) {
            assertThat(contents(set.training())).containsExactly("2.png dog 2", "1.png cat 1");
        }
        assertThatThrownBy(() -> PictureSources.open(List.of(labels), Optional.of(labels)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--labels");
    }

    @Test
    void trainAndTestFoldersArePartsWithTheSameClasses() throws Exception {
        picture("set/train/cat/1.png", 1);
        picture("set/val/cat/2.png", 2);
        picture("set/val/dog/3.png", 3);
        try (PictureSet set = open("set")) {
            assertThat(contents(set.training())).containsExactly("cat/1.png cat 1");
            assertThat(contents(set.test().orElseThrow())).containsExactly("cat/2.png cat 2", "dog/3.png dog 3");
            assertThat(set.training().classes()).containsExactly("cat", "dog");
        }

        picture("flat/train/cat/1.png", 1);
        picture("flat/test/2.png", 2);
        refused("flat/test: its pictures are not in folders of classes", "flat");
    }

    @Test
    void oneOfSeveralFoldersForTestsIsTaken() throws Exception {
        picture("set/train/cat/1.png", 1);
        picture("set/val/cat/2.png", 2);
        picture("set/test/cat/3.png", 3);
        try (PictureSet set = open("set")) {
            assertThat(set.format()).isEqualTo("folder of pictures, divided into train and test, without val");
            assertThat(contents(set.training())).containsExactly("cat/1.png cat 1");
            assertThat(contents(set.test().orElseThrow())).containsExactly("cat/3.png cat 3");
        }
        picture("secret/train/cat/1.png", 1);
        picture("secret/val/cat/2.png", 2);
        picture("secret/test/3.png", 3);
        try (PictureSet set = open("secret")) {
            assertThat(set.format()).isEqualTo("folder of pictures, divided into train and val, without test");
            assertThat(set.training().classes()).containsExactly("cat");
            assertThat(contents(set.test().orElseThrow())).containsExactly("cat/2.png cat 2");
        }
    }

    @Test
    void picturesAreHeldOutByTheirNames() throws Exception {
        for (int i = 0; i < 9; i++) {
            picture("set/" + i + ".png", i);
        }
        try (PictureSet set = open("set");
                PictureSet divided = set.holdingOut(2)) {
            // As sha256sum says, those of "6.png" and "0.png" begin with 08 and 0f, and no other with less than 17.
            assertThat(contents(divided.test().orElseThrow())).containsExactly("0.png 0", "6.png 6");
            assertThat(contents(divided.training()))
                    .containsExactly("1.png 1", "2.png 2", "3.png 3", "4.png 4", "5.png 5", "7.png 7", "8.png 8");
            assertThatThrownBy(() -> set.holdingOut(9))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("only 9 pictures");
        }
    }

    @Test
    void anUnusablePictureIsNamedAndTheOthersAreRead() throws Exception {
        picture("set/1.png", 1);
        Files.writeString(directory.resolve("set/2.png"), "no picture");
        try (PictureSet set = open("set")) {
            assertThat(set.training().read(0).values()[0]).isEqualTo((byte) 1);
            assertThatThrownBy(() -> set.training().read(1))
                    .isInstanceOf(UnusablePictureException.class)
                    .hasMessageContaining("set/2.png is not a picture");
        }
    }

    private void zip(String name, Map<String, byte[]> entries) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(directory.resolve(name)))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] png(int level) {
        return TinyPictures.png(level, 1, 2, 3);
    }

    @Test
    void zipFilesHaveTheNumbersOfTheirDatasetJson() throws Exception {
        String labels = "{\"labels\": [[\"0/b.png\", 3], [\"0/a.png\", 0]], \"more\": {\"x\": [1]}}";
        zip("edm.zip", Map.of("0/a.png", png(1), "0/b.png", png(2), "dataset.json", text(labels)));
        try (PictureSet set = open("edm.zip")) {
            assertThat(set.format()).isEqualTo("zip file with dataset.json (EDM)");
            assertThat(set.training().classes()).containsExactly("0", "1", "2", "3");
            assertThat(contents(set.training())).containsExactly("0/a.png 0 1", "0/b.png 3 2");
        }
        zip("none.zip", Map.of("a.png", png(1), "dataset.json", text("{\"labels\": null}")));
        try (PictureSet set = open("none.zip")) {
            assertThat(set.training().classes()).isEmpty();
        }
        zip("lacking.zip", Map.of("a.png", png(1), "dataset.json", text("{\"labels\": []}")));
        refused("names no class for a.png", "lacking.zip");
        zip("names.zip", Map.of("a.png", png(1), "dataset.json", text("{\"labels\": [[\"a.png\", \"cat\"]]}")));
        refused("must be null or a list of [\"FILE\", NUMBER]", "names.zip");
    }

    @Test
    void aDatasetJsonNamesEachPictureOnceAndNoOthers() throws Exception {
        edmZip("[\"a.png\", 1], [\"c.png\", 1], [\"b.png\", 1]");
        refused("entry dataset.json: names 2 others (b.png, c.png) that are not there", "edm.zip");
        edmZip("[\"a.png\", 1], [\"a.png\", 1]");
        refused("entry dataset.json: names a.png twice", "edm.zip");
        edmZip("[\"a.png\", 99999999999999999999]");
        refused("dataset.json: a.png has the class 99999999999999999999, not a number from 0 to 1048575", "edm.zip");
        edmZip("[\"a.png\", 1048576]");
        refused("has the class 1048576, not a number from 0 to 1048575", "edm.zip");
    }

    private void edmZip(String labels) throws IOException {
        zip("edm.zip", Map.of("a.png", png(1), "dataset.json", text("{\"labels\": [" + labels + "]}")));
    }

    @Test
    void zipFilesOfPicturesHaveFoldersAsClasses() throws Exception {
        zip("set.zip", Map.of("top/cat/1.png", png(1), "top/dog/2.png", png(2), "__MACOSX/top/cat/1.png", text("x")));
        try (PictureSet set = open("set.zip")) {
            assertThat(contents(set.training())).containsExactly("top/cat/1.png cat 1", "top/dog/2.png dog 2");
        }
        zip("stray.zip", Map.of("cat/1.png", png(1), "dog/2.png", png(2), "logo.png", png(3)));
        try (PictureSet set = open("stray.zip")) {
            assertThat(contents(set.training()))
                    .containsExactly("cat/1.png cat 1", "dog/2.png dog 2", "logo.png all 3");
        }
        zip("empty.zip", Map.of("notes.txt", text("x")));
        refused("holds no pictures", "empty.zip");
    }

    /** Where the last entry of a zip file is described. */
    private static int description(ByteBuffer zip) {
        int at = zip.capacity() - Integer.BYTES;
        while (zip.getInt(at) != 0x02014b50) {
            at--;
        }
        return at;
    }

    private byte[] bytes(String file) throws IOException {
        return Files.readAllBytes(directory.resolve(file));
    }

    private static ByteBuffer zip(byte[] content) {
        return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void anEntryWithAnotherChecksumOrLengthIsUnusable() throws Exception {
        zip("set.zip", Map.of("a.png", png(1)));
        byte[] whole = bytes("set.zip");
        // Where its checksum and its length are described.
        for (int field : new int[] {16, 24}) {
            byte[] damaged = whole.clone();
            damaged[description(zip(whole)) + field] ^= 1;
            Files.write(directory.resolve("set.zip"), damaged);
            try (PictureSet set = open("set.zip")) {
                assertThatThrownBy(() -> set.training().read(0))
                        .isInstanceOf(UnusablePictureException.class)
                        .hasMessageContaining(
                                "set.zip, entry a.png: it cannot be unpacked (its entry a.png has another")
                        .message()
                        .hasLineCount(1);
            }
        }
    }

    @Test
    void aNameOccursOnceInAZipFile() throws Exception {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("a1.png", png(1));
        entries.put("a2.png", png(2));
        zip("set.zip", entries);
        String content = new String(bytes("set.zip"), StandardCharsets.ISO_8859_1);
        Files.writeString(
                directory.resolve("set.zip"), content.replace("a2.png", "a1.png"), StandardCharsets.ISO_8859_1);
        refused("set.zip: holds a1.png twice", "set.zip");
    }

    @Test
    void whatIsWrongWithAZipFileIsTold() throws Exception {
        zip("set.zip", Map.of("a.png", png(1)));
        Files.write(directory.resolve("set.zip"), Arrays.copyOf(bytes("set.zip"), 60));
        refused("set.zip: it cannot be unpacked (", "set.zip");
    }

    private long openFiles(String name) throws IOException {
        Path file = directory.resolve(name).toRealPath();
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(descriptor -> leadsTo(descriptor, file)).count();
        }
    }

    private static boolean leadsTo(Path link, Path file) {
        try {
            return Files.readSymbolicLink(link).equals(file);
        } catch (IOException closed) {
            return false;
        }
    }

    @Test
    void whatCannotBeOpenedIsClosed() throws Exception {
        edmZip("");
        refused("names no class for a.png", "edm.zip");
        assertThat(openFiles("edm.zip")).isZero();

        npz(Map.of("images.npy", npy(7, 8, 9, 10), "labels.npy", npy(1, 0)));
        refused("its array \"labels\" must hold one whole number", "stored.npz");
        assertThat(openFiles("stored.npz")).isZero();
    }

    @Test
    void foldersCanHaveADatasetJsonToo() throws Exception {
        picture("edm/00000/a.png", 1);
        picture("edm/00000/b.png", 2);
        Files.writeString(
                directory.resolve("edm/dataset.json"), "{\"labels\": [[\"00000/a.png\", 1], [\"00000/b.png\", 0]]}");
        try (PictureSet set = open("edm")) {
            assertThat(contents(set.training())).containsExactly("00000/a.png 1 1", "00000/b.png 0 2");
        }
    }

    @Test
    void arraysOfAdmHaveTheirChannelsLast() throws Exception {
        byte[] values = new byte[2 * 2 * 1 * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (120 + i);
        }
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> arrays = new LinkedHashMap<>();
            arrays.put("arr_0", HostTensors.ofBytes(values, 2, 2, 1, 3));
            arrays.put("arr_1", HostTensors.ofLongs(new long[] {2, 0}, 2));
            NumpyFiles.writeNpz(directory.resolve("adm.npz"), arrays);
            arrays.put("arr_1", HostTensors.ofLongs(new long[] {2}, 1));
            NumpyFiles.writeNpz(directory.resolve("short.npz"), arrays);
        }
        try (PictureSet set = open("adm.npz")) {
            assertThat(set.training().classes()).containsExactly("0", "1", "2");
            assertThat(contents(set.training())).containsExactly("adm.npz/0 2 120", "adm.npz/1 0 126");
            RasterPixels second = set.training().read(1);
            assertThat(List.of(second.channels(), second.height(), second.width()))
                    .containsExactly(3, 2, 1);
            assertThat(second.values())
                    .containsExactly((byte) 126, (byte) 129, (byte) 127, (byte) 130, (byte) 128, (byte) 131);
        }
        refused("one whole number for each of the 2 images", "short.npz");
    }

    @Test
    void arraysThatAreNotCompressedAreReadInPlace() throws Exception {
        npz(Map.of("images.npy", npy(7, 8, 9, 10)));
        try (PictureSet set = open("stored.npz")) {
            assertThat(contents(set.training())).containsExactly("stored.npz/0 7", "stored.npz/1 9");
        }
    }

    /** An array of images of 1 x 2. */
    private static byte[] npy(int... levels) {
        ByteArrayOutputStream npy = new ByteArrayOutputStream();
        npy.writeBytes(NumpyFiles.headerOfBytes(levels.length / 2, 1, 1, 2));
        IntStream.of(levels).forEach(npy::write);
        return npy.toByteArray();
    }

    private void npz(Map<String, byte[]> arrays) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(directory.resolve("stored.npz")))) {
            for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
                ZipEntry entry = new ZipEntry(array.getKey());
                CRC32 sum = new CRC32();
                sum.update(array.getValue());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(array.getValue().length);
                entry.setCrc(sum.getValue());
                zip.putNextEntry(entry);
                zip.write(array.getValue());
            }
        }
    }

    @Test
    void arraysAreVerifiedBeforeAnImageIsRead() throws Exception {
        npz(Map.of("images.npy", npy(7, 8, 9, 101)));
        byte[] stored = bytes("stored.npz");
        stored[new String(stored, StandardCharsets.ISO_8859_1).indexOf("\7\10\11e")] ^= 1;
        Files.write(directory.resolve("stored.npz"), stored);
        refused("its entry images.npy has another checksum than the archive says", "stored.npz");

        zip("packed.npz", Map.of("images.npy", npy(7, 8, 9, 10)));
        byte[] packed = bytes("packed.npz");
        zip(packed).putInt(description(zip(packed)) + 16, 0);
        Files.write(directory.resolve("packed.npz"), packed);
        refused("its entry images.npy has another checksum than the archive says", "packed.npz");
    }

    /** The archive says that the array has as many bytes as its header says. */
    @Test
    void imagesOfMoreThan2GiBAreRefused() throws Exception {
        byte[] header = NumpyFiles.headerOfBytes(1, 1, 46_341, 46_341);
        zip("large.npz", Map.of("images.npy", header));
        byte[] large = bytes("large.npz");
        zip(large).putInt(description(zip(large)) + 24, (int) (header.length + 46_341L * 46_341));
        Files.write(directory.resolve("large.npz"), large);
        refused("its shape is [1, 1, 46341, 46341], but at most 2147483647 rows are read", "large.npz");
    }

    private void tar(String name, Map<String, byte[]> entries) throws IOException {
        try (OutputStream file = Files.newOutputStream(directory.resolve(name));
                OutputStream out = name.endsWith("gz") ? new GZIPOutputStream(file) : file;
                TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                TarArchiveEntry header = new TarArchiveEntry(entry.getKey());
                header.setSize(entry.getValue().length);
                tar.putArchiveEntry(header);
                tar.write(entry.getValue());
                tar.closeArchiveEntry();
            }
        }
    }

    private static Map<String, byte[]> sample(String key, int level, String ending, String label) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put(key + "." + ending, text(label));
        entries.put(key + ".png", png(level));
        entries.put(key + ".txt", text("a caption"));
        return entries;
    }

    @Test
    void webDatasetsAreReadInTheOrderOfTheirShards() throws Exception {
        tar("x-000.tar", sample("a/1", 1, "cls", "2\n"));
        tar("x-001.tar", sample("a/1", 2, "json", "{\"label\": 0}"));
        tar("x-002.tar.gz", sample("b", 3, "cls", "1"));

        try (PictureSet set = open("x-{000..001}.tar")) {
            assertThat(set.format()).isEqualTo("2 tar files");
            assertThat(set.training().classes()).containsExactly("0", "1", "2");
            assertThat(contents(set.training())).containsExactly("x-000.tar/a/1.png 2 1", "x-001.tar/a/1.png 0 2");
        }
        try (PictureSet set = open("x-*")) {
            assertThat(contents(set.training())).hasSize(3).endsWith("x-002.tar.gz/b.png 1 3");
        }
        try (PictureSet set = open("x-000.tar", "x-002.tar.gz")) {
            assertThat(set.training().size()).isEqualTo(2);
        }
        try (PictureSet set = open("")) {
            assertThat(set.training().size()).isEqualTo(3);
        }
        refused("x-002.tar: there is no such file", "x-{001..003}.tar");
        refused("x-[.tar: is no file, and no valid pattern of files", "x-[.tar");
        refused("there are no such files", "y-*.tar");
    }

    @Test
    void namesOfTarFilesTellHowTheyAreDivided() throws Exception {
        tar("train-0.tar", sample("a", 1, "CLS", "cat"));
        tar("train-1.tar.gz", sample("b", 2, "Json", "{\"label\": \"dog\"}"));
        tar("val-0.tar", sample("c", 3, "cls", "owl"));
        tar("test-0.tar.gz", Map.of("d.png", png(4)));
        refused("test-0.tar.gz: its pictures have no classes, but those of", "t*-*");
        try (PictureSet set = open("")) {
            assertThat(set.format()).isEqualTo("4 tar files, divided into train and validation, without test");
            assertThat(set.training().classes()).containsExactly("cat", "dog", "owl");
            assertThat(contents(set.training()))
                    .containsExactly("train-0.tar/a.png cat 1", "train-1.tar.gz/b.png dog 2");
            assertThat(contents(set.test().orElseThrow())).containsExactly("c.png owl 3");
        }
    }

    @Test
    void foldersOfDividedTarFilesAreClasses() throws Exception {
        tar("train.tar", Map.of("train/cat/1.png", png(1), "train/dog/2.png", png(2)));
        tar("val.tar", Map.of("val/cat/3.png", png(3), "val/dog/4.png", png(4)));
        try (PictureSet set = open("train.tar", "val.tar")) {
            assertThat(set.training().classes()).containsExactly("cat", "dog");
            assertThat(contents(set.training()))
                    .containsExactlyInAnyOrder("train/cat/1.png cat 1", "train/dog/2.png dog 2");
            assertThat(contents(set.test().orElseThrow()))
                    .containsExactlyInAnyOrder("val/cat/3.png cat 3", "val/dog/4.png dog 4");
        }
    }

    @Test
    void linksInTarFilesAreRefused() throws Exception {
        for (byte kind : new byte[] {TarConstants.LF_SYMLINK, TarConstants.LF_LINK}) {
            for (String link : List.of("b.png", "a.cls")) {
                try (TarArchiveOutputStream tar =
                        new TarArchiveOutputStream(Files.newOutputStream(directory.resolve("links.tar")))) {
                    TarArchiveEntry picture = new TarArchiveEntry("a.png");
                    picture.setSize(png(1).length);
                    tar.putArchiveEntry(picture);
                    tar.write(png(1));
                    tar.closeArchiveEntry();
                    TarArchiveEntry header = new TarArchiveEntry(link, kind);
                    header.setLinkName("a.png");
                    tar.putArchiveEntry(header);
                    tar.closeArchiveEntry();
                }
                refused("links.tar, entry " + link + ": is a link", "links.tar");
                refused("--dereference --hard-dereference", "links.tar");
            }
        }
    }

    /** A file with a hole, which takes no space on the disk. */
    @Test
    void anEntryOfMoreThan2GiBIsRefused() throws Exception {
        long size = 3L << 30;
        TarArchiveEntry entry = new TarArchiveEntry("a.png");
        entry.setSize(size);
        byte[] header = new byte[512];
        entry.writeEntryHeader(header);
        try (RandomAccessFile tar =
                new RandomAccessFile(directory.resolve("large.tar").toFile(), "rw")) {
            tar.write(header);
            tar.setLength(header.length + size + 1024);
        }
        refused("large.tar, entry a.png: has 3221225472 bytes, more than the limit", "large.tar");
    }

    @Test
    void samplesOfWebDatasetsMustBeSound() throws Exception {
        Map<String, byte[]> twice = sample("a", 1, "cls", "0");
        twice.put("a.jpg", png(2));
        tar("twice.tar", twice);
        refused("a second picture of its sample", "twice.tar");

        Map<String, byte[]> some = sample("a", 1, "cls", "0");
        some.put("b.png", png(2));
        tar("some.tar", some);
        refused("b.png: its sample has no class", "some.tar");

        tar("broken.tar", sample("a", 1, "json", "{"));
        refused("a.json: is not JSON", "broken.tar");
    }

    private static byte[] cifarRecords(int level) {
        byte[] records = new byte[2 * 3073];
        Arrays.fill(records, (byte) level);
        records[0] = 3;
        records[3073] = 9;
        return records;
    }

    @Test
    void cifar10IsReadFromItsArchiveAndItsFolder() throws Exception {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("cifar-10-batches-bin/readme.html", text("x"));
        IntStream.rangeClosed(1, 5)
                .forEach(i -> files.put("cifar-10-batches-bin/data_batch_" + i + ".bin", cifarRecords(i)));
        files.put("cifar-10-batches-bin/test_batch.bin", cifarRecords(9));
        tar("cifar.tar.gz", files);
        Files.createDirectory(directory.resolve("cifar"));
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.write(directory.resolve("cifar" + file.getKey().substring(20)), file.getValue());
        }
        for (String place : List.of("cifar.tar.gz", "cifar")) {
            try (PictureSet set = open(place)) {
                assertThat(set.format()).isEqualTo("CIFAR-10, binary version");
                assertThat(set.training().size()).isEqualTo(10);
                assertThat(contents(set.training())).endsWith("train/8 cat 5", "train/9 truck 5");
                assertThat(contents(set.test().orElseThrow())).containsExactly("test/0 cat 9", "test/1 truck 9");
            }
        }
    }

    @Test
    void otherFilesAreRefusedInOneLine() throws IOException {
        Files.write(directory.resolve("x.bin"), new ByteArrayOutputStream().toByteArray());
        refused("x.bin: is not a data set that bcm reads", "x.bin");
        refused("nothing: there is no such file or folder", "nothing");
        Files.writeString(directory.resolve("page.zip"), "<!DOCTYPE html><html>");
        refused("is a web page", "page.zip");
    }
}
