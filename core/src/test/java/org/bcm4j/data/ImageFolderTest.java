package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        return new ImageFolder(directory, Optional.empty(), Optional.empty(), OptionalInt.empty(), 0);
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
        Path csv = Files.writeString(directory.resolve("labels.csv"), "file,class\nb,c.png,dog\na.png, cat\n");
        Path json = Files.writeString(directory.resolve("labels.json"), "{\"b,c.png\": \"dog\", \"a.png\": \"cat\"}");
        for (Path labels : new Path[] {csv, json}) {
            LabelledImages images = new ImageFolder(
                            directory, Optional.of(labels), Optional.empty(), OptionalInt.empty(), 0)
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
        ImageFolder folder = new ImageFolder(directory, Optional.of(all), Optional.of(test), OptionalInt.empty(), 0);
        assertThat(levels(folder.training())).containsExactly(1);
        assertThat(levels(folder.test())).containsExactly(2, 3);
        assertThat(folder.training().classNames()).containsExactly("ant", "bee", "cat");
        assertThat(HostTensors.longs(folder.test().labels(0, 1))).containsExactly(2, 1);

        ImageFolder nothingLeft =
                new ImageFolder(directory, Optional.of(test), Optional.of(test), OptionalInt.empty(), 0);
        assertThatThrownBy(nothingLeft::training)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("none are left to train on");
        assertThatThrownBy(
                        () -> new ImageFolder(directory, Optional.of(all), Optional.of(test), OptionalInt.empty(), 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The same pictures are held out when others join, as far as these do not push them out. */
    @Test
    void heldOutPicturesAreChosenByNameAndLeftOutOfTraining() throws IOException {
        for (int i = 0; i < 10; i++) {
            write(i + ".png", i, 1, 1, 1);
        }
        ImageFolder folder = new ImageFolder(directory, Optional.empty(), Optional.empty(), OptionalInt.empty(), 3);
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

        LabelledImages images =
                new ImageFolder(directory, Optional.empty(), Optional.empty(), OptionalInt.of(2), 0).training();
        assertThat(images.height()).isEqualTo(2);
        assertThat(HostTensors.bytes(images.bytes(1))).hasSize(4).containsOnly((byte) 200);

        ImageFolder larger = new ImageFolder(directory, Optional.empty(), Optional.empty(), OptionalInt.of(5), 0);
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
        LabelledImages images =
                new ImageFolder(directory, Optional.empty(), Optional.empty(), OptionalInt.of(2), 0).training();
        assertThat(HostTensors.bytes(images.bytes(0))).containsExactly(15, 35, 15, 35);
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
    }

    private void refusesLabels(String csv, String message) throws IOException {
        Path labels = Files.writeString(directory.resolve("labels.csv"), csv);
        ImageFolder folder = new ImageFolder(directory, Optional.of(labels), Optional.empty(), OptionalInt.empty(), 0);
        assertThatThrownBy(folder::training).isInstanceOf(UserException.class).hasMessageContaining(message);
    }
}
