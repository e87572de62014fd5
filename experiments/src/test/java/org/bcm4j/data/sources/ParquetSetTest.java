package org.bcm4j.data.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.parquet.io.api.Binary;
import org.bcm4j.data.parquet.TinyParquet;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;

class ParquetSetTest extends SmallSets {
    /** Pictures of levels, whose classes are the remainders by 3. */
    private static TinyParquet pictures(int first, int count) {
        TinyParquet table = TinyParquet.ofPictures();
        for (int level = first; level < first + count; level++) {
            table.picture(png(level), level % 3);
        }
        return table;
    }

    private static TinyParquet withoutClasses(int first, int count) {
        TinyParquet table = TinyParquet.ofPictures();
        for (int level = first; level < first + count; level++) {
            table.picture(png(level), -1);
        }
        return table;
    }

    private void write(String name, TinyParquet table) throws IOException {
        table.write(directory.resolve(name));
    }

    /** How {@code record-parquet.mjs} says. */
    private static Path recorded(String name) {
        try {
            return Path.of(Objects.requireNonNull(ParquetSetTest.class.getResource(name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void filesOfAnotherWriterAreRead() throws Exception {
        try (PictureSet set = PictureSources.open(List.of(recorded("duckdb")), Optional.empty())) {
            assertThat(set.format())
                    .isEqualTo("Parquet, pictures in image, classes in label, divided into train and test, without"
                            + " validation");
            PictureSource training = set.training();
            assertThat(training.classes()).containsExactly("ant", "bee", "cow");
            assertThat(contents(training))
                    .hasSize(11)
                    .startsWith("train-00000-of-00002.parquet/0 ant 0", "train-00000-of-00002.parquet/1 bee 1")
                    .endsWith("train-00001-of-00002.parquet/3 ant 9", "train-00001-of-00002.parquet/4 bee 10");
            assertThat(contents(set.test().orElseThrow()))
                    .containsExactly(
                            "test-00000-of-00001.parquet/0 cow 11",
                            "test-00000-of-00001.parquet/1 ant 12",
                            "test-00000-of-00001.parquet/2 bee 13",
                            "test-00000-of-00001.parquet/3 cow 14");
        }
        Path validation = recorded("duckdb").resolve("validation-00000-of-00001.parquet");
        try (PictureSet set = PictureSources.open(List.of(validation), Optional.empty())) {
            assertThat(set.test()).isEmpty();
            assertThat(contents(set.training()))
                    .containsExactly(
                            "validation-00000-of-00001.parquet/0 ant 15",
                            "validation-00000-of-00001.parquet/1 bee 16",
                            "validation-00000-of-00001.parquet/2 cow 17");
        }
        assertThatThrownBy(() -> PictureSources.open(List.of(recorded("brotli.parquet")), Optional.empty()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(
                        "brotli.parquet: its column image.bytes is compressed by brotli, which is not read")
                .hasMessageContaining("snappy");
    }

    @Test
    void columnsMayHaveOtherNames() throws Exception {
        TinyParquet table = new TinyParquet(
                        "required binary thumbnail; required binary img; required int32 coarse_label;"
                                + " required int32 fine_label; required int32 width;")
                .classes("fine_label", "crane", "dog", "crane");
        for (int level = 0; level < 3; level++) {
            int number = level;
            table.row(row -> row.append("thumbnail", Binary.fromConstantByteArray(png(9)))
                    .append("img", Binary.fromConstantByteArray(png(number)))
                    .append("coarse_label", 0)
                    .append("fine_label", number)
                    .append("width", 3));
        }
        write("cifar100.parquet", table);
        try (PictureSet set = open("cifar100.parquet")) {
            assertThat(set.format()).isEqualTo("Parquet, pictures in img, classes in fine_label");
            assertThat(set.training().classes()).containsExactly("crane", "dog", "crane (2)");
            assertThat(contents(set.training()))
                    .containsExactly(
                            "cifar100.parquet/0 crane 0", "cifar100.parquet/1 dog 1", "cifar100.parquet/2 crane (2) 2");
        }

        write(
                "texts.parquet",
                new TinyParquet("required group picture { required binary bytes; } required binary label (STRING);")
                        .row(row -> {
                            row.addGroup("picture").append("bytes", Binary.fromConstantByteArray(png(1)));
                            row.append("label", "dog");
                        })
                        .row(row -> {
                            row.addGroup("picture").append("bytes", Binary.fromConstantByteArray(png(2)));
                            row.append("label", "cat");
                        }));
        try (PictureSet set = open("texts.parquet")) {
            assertThat(set.format()).isEqualTo("Parquet, pictures in picture, classes in label");
            assertThat(set.training().classes()).containsExactly("cat", "dog");
            assertThat(contents(set.training())).containsExactly("texts.parquet/0 dog 1", "texts.parquet/1 cat 2");
        }

        write(
                "plain.parquet",
                new TinyParquet("required binary image;")
                        .row(row -> row.append("image", Binary.fromConstantByteArray(png(5)))));
        try (PictureSet set = open("plain.parquet")) {
            assertThat(set.training().classes()).isEmpty();
            assertThat(contents(set.training())).containsExactly("plain.parquet/0 5");
        }
    }

    @Test
    void divisionsHaveTheSameClasses() throws Exception {
        write("set/data/train-0.parquet", pictures(0, 2));
        write("set/data/validation-0.parquet", pictures(5, 1));
        try (PictureSet set = open("set")) {
            assertThat(set.training().classes()).containsExactly("0", "1", "2");
            assertThat(contents(set.test().orElseThrow())).containsExactly("validation-0.parquet/0 2 5");
        }

        write("folders/train/0000.parquet", pictures(0, 7));
        write("folders/train/0001.parquet", pictures(7, 3));
        write("folders/test/0000.parquet", pictures(10, 2));
        try (PictureSet set = open("folders")) {
            assertThat(contents(set.training())).hasSize(10).endsWith("0001.parquet/1 2 8", "0001.parquet/2 0 9");
            assertThat(contents(set.test().orElseThrow()))
                    .containsExactly("0000.parquet/0 1 10", "0000.parquet/1 2 11");
        }
        try (PictureSet set =
                open("folders/test/0000.parquet", "folders/train/0000.parquet", "folders/train/0001.parquet")) {
            assertThat(set.training().size()).isEqualTo(10);
            assertThat(set.test().orElseThrow().size()).isEqualTo(2);
        }
        try (PictureSet set = open("folders/train")) {
            assertThat(set.test()).isEmpty();
        }
    }

    @Test
    void secretClassesAreNotUsed() throws Exception {
        write("imagenet/train-0.parquet", pictures(0, 3));
        write("imagenet/test-0.parquet", withoutClasses(3, 2));
        refused("test-0.parquet: its pictures have no classes, but those of", "imagenet");

        write("imagenet/validation-0.parquet", pictures(5, 1));
        try (PictureSet set = open("imagenet")) {
            assertThat(set.format()).endsWith("divided into train and validation, without test");
            assertThat(set.test().orElseThrow().size()).isEqualTo(1);
        }
        try (PictureSet set = open("imagenet/test-0.parquet")) {
            assertThat(set.training().classes()).isEmpty();
            assertThat(set.training().size()).isEqualTo(2);
        }
    }

    @Test
    void namesMustTellWhatFilesAreFor() throws Exception {
        write("extra/train-0.parquet", pictures(0, 1));
        write("extra/extra-0.parquet", pictures(1, 1));
        refused("extra-0.parquet: its name does not say whether it is for training or tests", "extra");
        write("tests/test-0.parquet", pictures(0, 1));
        write("tests/val-0.parquet", pictures(1, 1));
        refused("none of the names says \"train\"", "tests");
        write("parts/a.parquet", pictures(0, 1));
        write("parts/b.parquet", pictures(1, 1));
        try (PictureSet set = open("parts")) {
            assertThat(contents(set.training())).containsExactly("a.parquet/0 0 0", "b.parquet/0 1 1");
        }
    }

    @Test
    void classesMustBeSound() throws Exception {
        write("outside.parquet", pictures(0, 3).classes("label", "a", "b"));
        refused(
                "outside.parquet, row 2: has the class 2, but the first file names only the classes 0 to 1",
                "outside.parquet");
        write("some.parquet", withoutClasses(0, 1).picture(png(1), 4));
        refused("some.parquet, row 0: has no class, but other rows have one", "some.parquet");
        write("negative.parquet", TinyParquet.ofPictures().picture(png(1), 0).picture(png(1), -7));
        refused("negative.parquet, row 1: has the class -7, not a number from 0", "negative.parquet");
        write("large.parquet", TinyParquet.ofPictures().picture(png(1), 1L << 40));
        refused("large.parquet, row 0: has the class 1099511627776, not a number from 0 to 1048575", "large.parquet");
    }

    @Test
    void rowsWithoutAPictureAreNamed() throws Exception {
        write("x.parquet", pictures(0, 1).row(row -> {
            row.addGroup("image").append("path", "elsewhere.png");
            row.append("label", 1L);
        }));
        try (PictureSet set = open("x.parquet")) {
            assertThat(set.training().read(0).values()[0]).isZero();
            assertThatThrownBy(() -> set.training().read(1))
                    .isInstanceOf(UnusablePictureException.class)
                    .hasMessageContaining("x.parquet, row 1 is empty");
        }
    }

    @Test
    void otherFilesAreRefusedInOneLine() throws Exception {
        write(
                "table.parquet",
                new TinyParquet("required int32 width; required binary caption (STRING);")
                        .row(row -> row.append("width", 1).append("caption", "a")));
        refused("table.parquet: has no column of pictures", "table.parquet");
        refused("its columns are width, caption", "table.parquet");
        write("empty.parquet", TinyParquet.ofPictures());
        refused("empty.parquet: holds no rows", "empty.parquet");

        write("mixed/a.parquet", pictures(0, 1));
        write(
                "mixed/b.parquet",
                new TinyParquet("required binary img;")
                        .row(row -> row.append("img", Binary.fromConstantByteArray(png(1)))));
        refused(
                "b.parquet: has no column image.bytes of pictures, unlike other files of the set; its columns are img",
                "mixed");

        Path cut = directory.resolve("cut.parquet");
        write("cut.parquet", pictures(0, 9));
        byte[] whole = Files.readAllBytes(cut);
        Files.write(cut, Arrays.copyOf(whole, whole.length - 9));
        refused("cut.parquet: ends too early, without the footer of a Parquet file", "cut.parquet");
        refused("cut.parquet: is no tar file; several SOURCEs must", "cut.parquet", "empty.parquet", "..");

        Files.createDirectories(directory.resolve("clone"));
        Path pointer = directory.resolve("clone/train-0.parquet");
        Files.writeString(pointer, "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n");
        refused("train-0.parquet is a Git LFS pointer", "clone");
        Files.writeString(pointer, "PARE".repeat(9), StandardCharsets.US_ASCII);
        refused("train-0.parquet: is encrypted", "clone");
        Files.writeString(pointer, "hello");
        refused("train-0.parquet: is not a Parquet file", "clone");
    }
}
