package org.bcm4j.data.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bcm4j.images.RasterPixels;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;

/** Folders of pictures, CIFAR-10, and what is no set. */
class PictureSourcesTest extends SmallSets {
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
