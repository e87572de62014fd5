package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of pictures whose classes a file tells. */
class LabelFileTest {
    @TempDir
    Path directory;

    private final Scope scope = Scope.open();
    private PictureTree pictures;

    @BeforeEach
    void plant() {
        pictures = new PictureTree(directory);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void aLabelFileChoosesPicturesAndTheirClasses() throws IOException {
        pictures.write("a.png", 1, 1, 2, 2);
        pictures.write("b,c.png", 2, 1, 2, 2);
        pictures.write("unnamed.png", 3, 1, 2, 2);
        Path csv = Files.writeString(directory.resolve("labels.csv"), "file,class\n\"b,c.png\",dog\na.png, cat\n");
        Path json = Files.writeString(directory.resolve("labels.json"), "{\"b,c.png\": \"dog\", \"a.png\": \"cat\"}");
        for (Path labels : new Path[] {csv, json}) {
            LabelledImages images = pictures.labelledBy(labels).training();
            assertThat(images.size()).isEqualTo(2);
            assertThat(images.classNames()).containsExactly("cat", "dog");
            assertThat(HostTensors.longs(images.labels(0, 1))).containsExactly(1, 0);
        }
    }

    /** Classes keep their numbers, though each side lacks one. */
    @Test
    void aSecondLabelFileNamesTheTestImages() throws IOException {
        pictures.write("a.png", 1, 1, 2, 2);
        pictures.write("b.png", 2, 1, 2, 2);
        pictures.write("c.png", 3, 1, 2, 2);
        Path all = Files.writeString(directory.resolve("all.csv"), "file,class\na.png,ant\nb.png,cat\n");
        Path test = Files.writeString(directory.resolve("test.csv"), "file,class\nb.png,cat\nc.png,bee\n");
        ImageFolder folder = pictures.labelledBy(all, test);
        assertThat(PictureTree.levels(folder.training())).containsExactly(1);
        assertThat(PictureTree.levels(folder.test())).containsExactly(2, 3);
        assertThat(folder.training().classNames()).containsExactly("ant", "bee", "cat");
        assertThat(HostTensors.longs(folder.test().labels(0, 1))).containsExactly(2, 1);

        ImageFolder nothingLeft = pictures.labelledBy(test, test);
        assertThatThrownBy(nothingLeft::training)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("none are left to train on");
        assertThatThrownBy(() -> pictures.labelledTwice(all, test)).isInstanceOf(IllegalArgumentException.class);
    }

    /** NFC in the label file, NFD on the disk, as a Mac leaves it; and the other way round. */
    @Test
    void namesAndClassesMayBeSpeltInOneCharacterOrTwo() throws IOException {
        pictures.write("ba\u0308r.png", 1, 1, 2, 2);
        pictures.write("k\u00fc.png", 2, 1, 2, 2);
        pictures.write("sub\\x.png", 3, 1, 2, 2);
        Path labels = Files.writeString(
                directory.resolve("labels.csv"),
                "file,class\nb\u00e4r.png,B\u00e4r\nku\u0308.png,Ba\u0308r\nsub/x.png,y\n");
        LabelledImages images = pictures.labelledBy(labels).training();
        assertThat(PictureTree.levels(images)).containsExactly(1, 2, 3);
        assertThat(images.classNames()).containsExactly("B\u00e4r", "y");
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
        pictures.write("a.png", 1, 1, 2, 2);
        pictures.write("b.png", 2, 1, 2, 2);
        Path labels = Files.writeString(directory.resolve("labels.csv"), csv);
        LabelledImages images = pictures.labelledBy(labels).training();
        assertThat(PictureTree.levels(images)).containsExactly(1, 2);
        assertThat(images.classNames()).containsExactly("x", "y");
    }

    @Test
    void otherEncodingsOfLabelFilesAreRefusedByName() throws IOException {
        pictures.write("a.png", 1, 1, 2, 2);
        String csv = "file,class\na.png,M\u00e4dchen\n";
        for (String name : List.of("labels.csv", "labels.json")) {
            Path labels = directory.resolve(name);
            ImageFolder folder = pictures.labelledBy(labels);
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
        assertThatThrownBy(() -> pictures.folder().training())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("holds 0 pictures");
        pictures.write("a.png", 1, 1, 2, 2);
        refusesLabels("a.png,cat\n", ".csv:1: the first line must be: file,class");
        refusesLabels("file,class\nmissing.png,cat\n", "names missing.png, which is not in");
        refusesLabels("file,class\na.png,cat\na.png,dog\n", ".csv:3: names a.png twice");
        refusesLabels("file,class\na.png\n", ".csv:2: must be a file, a comma and a class");
        refusesLabels("file,class\n\n\na.png,", ".csv:4: must be a file, a comma and a class");
        refusesLabels(
                "file,class\na,b.png,x\n",
                ".csv:2: must be a file, a comma and a class; put values that contain commas");
        refusesLabels("file;class\na.png;x\n", "with commas, not semicolons or tabs");
        refusesLabels("file,class\n\"a.png\"x,y\n", ".csv: is not CSV; ");
        refusesLabels("file,class\n\"a.png,cat\n", ".csv: is not CSV; a quotation mark (\") is never closed");
        refusesLabels("file,class\n", ".csv: lists no pictures; write one line for each");
        refusesLabels("file,class\na.png,cat\n./a.png,dog\n", ".csv: names a.png twice, once as ./a.png");
    }

    /** Each case begins with JSON; in the message nothing of the library's own words about where it read. */
    @Test
    void refusesJsonThatItCanNotUse() throws IOException {
        pictures.write("a.png", 1, 1, 2, 2);
        refusesJson("{\"a.png\": \"cat\", \"a.png\": \"dog\"}", ":1: is not JSON; Duplicate Object property \"a.png\"");
        refusesJson("{", ":1: is not JSON; Unexpected end-of-input: expected close marker for Object");
        refusesJson("{\"labels\": [[\"a.png\", 1]]}", ": the class of labels must be text, is of type array");
    }

    private void refusesJson(String json, String message) throws IOException {
        Path labels = Files.writeString(directory.resolve("labels.json"), json);
        ImageFolder folder = pictures.labelledBy(labels);
        assertThatThrownBy(folder::training).isInstanceOf(UserException.class).hasMessage(labels + message);
    }

    @Test
    void aPictureMayBeNamedByItsWholePath() throws IOException {
        pictures.write("a.png", 1, 1, 2, 2);
        Path labels = Files.writeString(
                directory.resolve("labels.csv"),
                "file,class\n" + directory.resolve("a.png").toAbsolutePath() + ",cat\n");
        assertThat(pictures.labelledBy(labels).training().size()).isEqualTo(1);
        Path twice = Files.writeString(
                directory.resolve("twice.csv"),
                "file,class\na.png,cat\n" + directory.resolve("a.png").toAbsolutePath() + ",cat\n");
        ImageFolder folder = pictures.labelledBy(twice);
        assertThatThrownBy(folder::training).hasMessageContaining("names a.png twice, once as /");
    }

    private void refusesLabels(String csv, String message) throws IOException {
        Path labels = Files.writeString(directory.resolve("labels.csv"), csv);
        ImageFolder folder = pictures.labelledBy(labels);
        assertThatThrownBy(folder::training).isInstanceOf(UserException.class).hasMessageContaining(message);
    }
}
