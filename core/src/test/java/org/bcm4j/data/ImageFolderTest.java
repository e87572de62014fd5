package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bcm4j.data.ImageFolder.HeldOut;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFolderTest {
    @TempDir
    Path directory;

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    private void write(String file, int level, int channels, int height, int width) throws IOException {
        byte[] values = new byte[channels * height * width];
        Arrays.fill(values, (byte) level);
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        ImageFiles.writePng(path, HostTensors.ofBytes(values, channels, height, width));
    }

    private ImageFolder folder() {
        return new ImageFolder(
                directory,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                0,
                HeldOut.FINGERPRINT);
    }

    /** As the paper holds out the last 1,000 of FFHQ. */
    @Test
    void theLastByNameCanBeHeldOut() throws IOException {
        for (int i = 0; i < 12; i++) {
            write("%05d.png".formatted(i), 10 * i, 1, 4, 4);
        }
        ImageFolder folder = new ImageFolder(
                directory, Optional.empty(), Optional.empty(), Optional.empty(), OptionalInt.empty(), 2, HeldOut.LAST);
        LabelledImages test = folder.test();
        assertThat(test.size()).isEqualTo(2);
        assertThat(HostTensors.bytes(test.bytes(0))).containsOnly(100);
        assertThat(HostTensors.bytes(test.bytes(1))).containsOnly(110);
        assertThat(folder.training().size()).isEqualTo(10);
    }

    /** Beside the training images or among them, and with names that training images have too. */
    @Test
    void testImagesMayHaveADirectoryOfTheirOwn() throws IOException {
        write("train/a.png", 10, 1, 4, 4);
        write("train/b.png", 20, 1, 4, 4);
        write("val/a.png", 30, 1, 4, 4);
        ImageFolder beside = withTest(directory.resolve("train"));
        assertThat(beside.training().size()).isEqualTo(2);
        assertThat(HostTensors.bytes(beside.test().bytes(0))).containsOnly(30);
        assertThat(withTest(directory).training().size()).isEqualTo(2);
    }

    private ImageFolder withTest(Path training) {
        return new ImageFolder(
                training,
                Optional.empty(),
                Optional.empty(),
                Optional.of(directory.resolve("val")),
                OptionalInt.empty(),
                0,
                HeldOut.FINGERPRINT);
    }

    @Test
    void subdirectoriesAreClassesAndGreyJoinsColour() throws IOException {
        write("cat/b.png", 10, 3, 4, 4);
        write("cat/a.png", 20, 1, 4, 4);
        write("ant/deep/c.png", 30, 3, 4, 4);
        Files.writeString(directory.resolve("notes.txt"), "no picture");

        LabelledImages images = folder().training();

        assertThat(images.classNames()).containsExactly("ant", "cat");
        assertThat(HostTensors.longs(images.labels(0, 1, 2))).containsExactly(0, 1, 1);
        assertThat(images.channels()).isEqualTo(3);
        assertThat(HostTensors.bytes(images.bytes(0))).containsOnly(30);
        assertThat(HostTensors.bytes(images.bytes(1))).hasSize(48).containsOnly(20);
    }

    /** Else class 2 would be called 10. */
    @Test
    void classesThatAreNumbersAreInTheOrderOfNumbers() throws IOException {
        List<String> names = List.of("-1", "0", "0.5", "1", "01", "2", "9", "10", "11", "100", "10b", "9a", "Z", "a");
        for (int i = 0; i < names.size(); i++) {
            write(names.get(i) + "/a.png", i, 1, 2, 2);
        }
        LabelledImages images = folder().training();
        assertThat(images.classNames())
                .containsExactly("-1", "0", "0.5", "01", "1", "2", "9", "10", "11", "100", "10b", "9a", "Z", "a");
        for (int i = 0; i < images.size(); i++) {
            String name = images.classNames().get((int) HostTensors.longs(images.labels(i))[0]);
            assertThat(HostTensors.bytes(images.bytes(i))[0]).isEqualTo((byte) names.indexOf(name));
        }
    }

    @Test
    void aLabelFileChoosesPicturesAndTheirClasses() throws IOException {
        write("a.png", 1, 1, 2, 2);
        write("b,c.png", 2, 1, 2, 2);
        write("unnamed.png", 3, 1, 2, 2);
        Path csv = Files.writeString(directory.resolve("labels.csv"), "file,class\n\"b,c.png\",dog\na.png, cat\n");
        Path json = Files.writeString(directory.resolve("labels.json"), "{\"b,c.png\": \"dog\", \"a.png\": \"cat\"}");
        for (Path labels : new Path[] {csv, json}) {
            LabelledImages images = new ImageFolder(
                            directory,
                            Optional.of(labels),
                            Optional.empty(),
                            Optional.empty(),
                            OptionalInt.empty(),
                            0,
                            HeldOut.FINGERPRINT)
                    .training();
            assertThat(images.size()).isEqualTo(2);
            assertThat(images.classNames()).containsExactly("cat", "dog");
            assertThat(HostTensors.longs(images.labels(0, 1))).containsExactly(1, 0);
        }
    }

    /** Classes keep their numbers, though each side lacks one. */
    @Test
    void aSecondLabelFileNamesTheTestImages() throws IOException {
        write("a.png", 1, 1, 2, 2);
        write("b.png", 2, 1, 2, 2);
        write("c.png", 3, 1, 2, 2);
        Path all = Files.writeString(directory.resolve("all.csv"), "file,class\na.png,ant\nb.png,cat\n");
        Path test = Files.writeString(directory.resolve("test.csv"), "file,class\nb.png,cat\nc.png,bee\n");
        ImageFolder folder = new ImageFolder(
                directory,
                Optional.of(all),
                Optional.of(test),
                Optional.empty(),
                OptionalInt.empty(),
                0,
                HeldOut.FINGERPRINT);
        assertThat(levels(folder.training())).containsExactly(1);
        assertThat(levels(folder.test())).containsExactly(2, 3);
        assertThat(folder.training().classNames()).containsExactly("ant", "bee", "cat");
        assertThat(HostTensors.longs(folder.test().labels(0, 1))).containsExactly(2, 1);

        ImageFolder nothingLeft = new ImageFolder(
                directory,
                Optional.of(test),
                Optional.of(test),
                Optional.empty(),
                OptionalInt.empty(),
                0,
                HeldOut.FINGERPRINT);
        assertThatThrownBy(nothingLeft::training)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("none are left to train on");
        assertThatThrownBy(() -> new ImageFolder(
                        directory,
                        Optional.of(all),
                        Optional.of(test),
                        Optional.empty(),
                        OptionalInt.empty(),
                        1,
                        HeldOut.FINGERPRINT))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The same pictures are held out when others join, as far as these do not push them out. */
    @Test
    void heldOutPicturesAreChosenByNameAndLeftOutOfTraining() throws IOException {
        for (int i = 0; i < 10; i++) {
            write(i + ".png", i, 1, 1, 1);
        }
        ImageFolder folder = new ImageFolder(
                directory,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                3,
                HeldOut.FINGERPRINT);
        byte[] test = levels(folder.test());
        byte[] training = levels(folder.training());
        assertThat(test).hasSize(3);
        assertThat(training).hasSize(7).doesNotContain(test);

        // SHA-256 of "0.png" to "9.png", computed with sha256sum.
        assertThat(test).containsExactlyInAnyOrder(expectedHeldOut());
        assertThatThrownBy(() -> folder().test())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("data.held_out");
    }

    private static byte[] expectedHeldOut() {
        return new byte[] {6, 0, 8};
    }

    private static byte[] levels(LabelledImages images) {
        byte[] levels = new byte[images.size()];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = HostTensors.bytes(images.bytes(i))[0];
        }
        return levels;
    }

    @Test
    void picturesOfDifferentSizesWantOne() throws IOException {
        write("a.png", 100, 1, 4, 4);
        write("b.png", 200, 1, 8, 12);
        assertThatThrownBy(() -> folder().training())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("b.png")
                .hasMessageContaining("8x12")
                .hasMessageContaining("data.size");

        LabelledImages images = new ImageFolder(
                        directory,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.of(2),
                        0,
                        HeldOut.FINGERPRINT)
                .training();
        assertThat(images.height()).isEqualTo(2);
        assertThat(HostTensors.bytes(images.bytes(1))).hasSize(4).containsOnly((byte) 200);

        ImageFolder larger = new ImageFolder(
                directory,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.of(5),
                0,
                HeldOut.FINGERPRINT);
        assertThatThrownBy(larger::training).isInstanceOf(UserException.class).hasMessageContaining("is only 4x4");
    }

    @Test
    void scalingDownTakesMeansOfTheMiddleSquare() throws IOException {
        // Columns 0 to 5 of a 4x6 picture; the middle square has the columns 1 to 4.
        byte[] values = new byte[24];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (10 * (i % 6));
        }
        ImageFiles.writePng(directory.resolve("a.png"), HostTensors.ofBytes(values, 1, 4, 6));
        LabelledImages images = new ImageFolder(
                        directory,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.of(2),
                        0,
                        HeldOut.FINGERPRINT)
                .training();
        assertThat(HostTensors.bytes(images.bytes(0))).containsExactly(15, 35, 15, 35);
    }

    /** NFC in the label file, NFD on the disk, as a Mac leaves it; and the other way round. */
    @Test
    void namesAndClassesMayBeSpeltInOneCharacterOrTwo() throws IOException {
        write("ba\u0308r.png", 1, 1, 2, 2);
        write("k\u00fc.png", 2, 1, 2, 2);
        write("sub\\x.png", 3, 1, 2, 2);
        Path labels = Files.writeString(
                directory.resolve("labels.csv"),
                "file,class\nb\u00e4r.png,B\u00e4r\nku\u0308.png,Ba\u0308r\nsub/x.png,y\n");
        LabelledImages images = new ImageFolder(
                        directory,
                        Optional.of(labels),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        0,
                        HeldOut.FINGERPRINT)
                .training();
        assertThat(levels(images)).containsExactly(1, 2, 3);
        assertThat(images.classNames()).containsExactly("B\u00e4r", "y");
    }

    /** As unpacking a zip made on Windows leaves them. */
    @Test
    void backslashesInNamesSeparateClasses() throws IOException {
        write("cats\\1.png", 1, 1, 2, 2);
        write("dogs\\1.png", 2, 1, 2, 2);
        LabelledImages images = folder().training();
        assertThat(images.classNames()).containsExactly("cats", "dogs");
        assertThat(levels(images)).containsExactly(1, 2);
    }

    @Test
    void picturesBehindLinksAreReadAndHiddenOnesAreNot(@TempDir Path elsewhere) throws IOException {
        write("a/1.png", 1, 1, 2, 2);
        write("a/._1.png", 9, 1, 2, 2);
        write("__MACOSX/a/1.png", 9, 1, 2, 2);
        ImageFiles.writePng(elsewhere.resolve("2.png"), HostTensors.ofBytes(new byte[] {2, 2, 2, 2}, 1, 2, 2));
        Files.createSymbolicLink(directory.resolve("b"), elsewhere);
        LabelledImages images = folder().training();
        assertThat(levels(images)).containsExactly(1, 2);
        assertThat(images.classNames()).containsExactly("a", "b");
    }

    /** With or without the mark of UTF-8, quotes, Windows' line ends, and blank lines at the end. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "file,class\na.png,x\nb.png,y",
                "\ufefffile,class\r\na.png,x\r\nb.png,y\r\n",
                "\"file\",\"class\"\n\"a.png\",\"x\"\n\"b.png\",\"y\"\n",
                "file,class\na.png,x\nb.png,y\n\n",
                "file, class\na.png , x \n\nb.png,y\n"
            })
    void labelFilesAreReadAsSpreadsheetsWriteThem(String csv) throws IOException {
        write("a.png", 1, 1, 2, 2);
        write("b.png", 2, 1, 2, 2);
        Path labels = Files.writeString(directory.resolve("labels.csv"), csv);
        LabelledImages images = new ImageFolder(
                        directory,
                        Optional.of(labels),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        0,
                        HeldOut.FINGERPRINT)
                .training();
        assertThat(levels(images)).containsExactly(1, 2);
        assertThat(images.classNames()).containsExactly("x", "y");
    }

    @Test
    void otherEncodingsOfLabelFilesAreRefusedByName() throws IOException {
        write("a.png", 1, 1, 2, 2);
        String csv = "file,class\na.png,M\u00e4dchen\n";
        for (String name : List.of("labels.csv", "labels.json")) {
            Path labels = directory.resolve(name);
            ImageFolder folder = new ImageFolder(
                    directory,
                    Optional.of(labels),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalInt.empty(),
                    0,
                    HeldOut.FINGERPRINT);
            Files.write(labels, csv.getBytes(StandardCharsets.ISO_8859_1));
            assertThatThrownBy(folder::training)
                    .isInstanceOf(UserException.class)
                    .hasMessage(
                            labels + ":2: is not UTF-8 but, it seems, Latin-1 (Windows-1252); save the file as UTF-8");
            for (Charset utf16 : List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE)) {
                Files.write(labels, csv.getBytes(utf16));
                assertThatThrownBy(folder::training)
                        .isInstanceOf(UserException.class)
                        .hasMessage(labels + ": is in UTF-16; save it as UTF-8");
            }
        }
    }

    @Test
    void refusesWhatItCanNotUse() throws IOException {
        assertThatThrownBy(() -> folder().training())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("holds 0 pictures");
        write("a.png", 1, 1, 2, 2);
        refusesLabels("a.png,cat\n", ".csv:1: the first line must be: file,class");
        refusesLabels("file,class\nmissing.png,cat\n", "names missing.png, which is not in");
        refusesLabels("file,class\na.png,cat\na.png,dog\n", ".csv:3: names a.png twice");
        refusesLabels("file,class\na.png\n", ".csv:2: must be a file, a comma and a class");
        refusesLabels("file,class\n\n\na.png,", ".csv:4: must be a file, a comma and a class");
        refusesLabels("file,class\na,b.png,x\n", ".csv:2: must be a file, a comma and a class; put what holds a comma");
        refusesLabels("file;class\na.png;x\n", "with commas, not semicolons or tabs");
        refusesLabels("file,class\n\"a.png\"x,y\n", ".csv: is not CSV; ");
    }

    private void refusesLabels(String csv, String message) throws IOException {
        Path labels = Files.writeString(directory.resolve("labels.csv"), csv);
        ImageFolder folder = new ImageFolder(
                directory,
                Optional.of(labels),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                0,
                HeldOut.FINGERPRINT);
        assertThatThrownBy(folder::training).isInstanceOf(UserException.class).hasMessageContaining(message);
    }
}
