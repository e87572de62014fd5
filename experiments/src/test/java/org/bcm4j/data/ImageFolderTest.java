package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bcm4j.data.ImageFolder.HeldOut;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
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

    /** As the paper holds out the last 1,000 of FFHQ. */
    @Test
    void theLastByNameCanBeHeldOut() throws IOException {
        for (int i = 0; i < 12; i++) {
            pictures.write("%05d.png".formatted(i), 10 * i, 1, 4, 4);
        }
        ImageFolder folder = pictures.holdingOut(2, HeldOut.LAST);
        LabelledImages test = folder.test();
        assertThat(test.size()).isEqualTo(2);
        assertThat(HostTensors.bytes(test.bytes(0))).containsOnly(100);
        assertThat(HostTensors.bytes(test.bytes(1))).containsOnly(110);
        assertThat(folder.training().size()).isEqualTo(10);
    }

    /** Beside the training images or among them, and with names that training images have too. */
    @Test
    void testImagesMayHaveADirectoryOfTheirOwn() throws IOException {
        pictures.write("train/a.png", 10, 1, 4, 4);
        pictures.write("train/b.png", 20, 1, 4, 4);
        pictures.write("val/a.png", 30, 1, 4, 4);
        ImageFolder beside = PictureTree.testedBy(directory.resolve("val"), directory.resolve("train"));
        assertThat(beside.training().size()).isEqualTo(2);
        assertThat(HostTensors.bytes(beside.test().bytes(0))).containsOnly(30);
        assertThat(PictureTree.testedBy(directory.resolve("val"), directory)
                        .training()
                        .size())
                .isEqualTo(2);
    }

    /** However the paths are written, and where links lead. */
    @Test
    void imagesOfATestDirectoryAreNeverTrainedOn() throws IOException {
        pictures.write("train/a.png", 10, 1, 4, 4);
        pictures.write("val/b.png", 30, 1, 4, 4);
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("val"));
        Path roundabout = directory.resolve("train/../val/.");
        for (Path test : List.of(directory.resolve("val"), roundabout, link)) {
            LabelledImages training = PictureTree.testedBy(test, directory).training();
            assertThat(PictureTree.levels(training)).as(test.toString()).containsExactly(10);
        }
        Files.createDirectory(directory.resolve("chosen"));
        Files.createSymbolicLink(directory.resolve("chosen/c.png"), directory.resolve("val/b.png"));
        assertThat(PictureTree.levels(PictureTree.testedBy(directory.resolve("chosen"), directory.resolve("val/.."))
                        .training()))
                .containsExactly(10);
    }

    @Test
    void subdirectoriesAreClassesAndGreyJoinsColour() throws IOException {
        pictures.write("cat/b.png", 10, 3, 4, 4);
        pictures.write("cat/a.png", 20, 1, 4, 4);
        pictures.write("ant/deep/c.png", 30, 3, 4, 4);
        Files.writeString(directory.resolve("notes.txt"), "no picture");

        LabelledImages images = pictures.folder().training();

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
            pictures.write(names.get(i) + "/a.png", i, 1, 2, 2);
        }
        LabelledImages images = pictures.folder().training();
        assertThat(images.classNames())
                .containsExactly("-1", "0", "0.5", "01", "1", "2", "9", "10", "11", "100", "10b", "9a", "Z", "a");
        for (int i = 0; i < images.size(); i++) {
            String name = images.classNames().get((int) HostTensors.longs(images.labels(i))[0]);
            assertThat(HostTensors.bytes(images.bytes(i))[0]).isEqualTo((byte) names.indexOf(name));
        }
    }

    /** The same pictures are held out when others join, as far as these do not push them out. */
    @Test
    void heldOutPicturesAreChosenByNameAndLeftOutOfTraining() throws IOException {
        for (int i = 0; i < 10; i++) {
            pictures.write(i + ".png", i, 1, 1, 1);
        }
        ImageFolder folder = pictures.holdingOut(3, HeldOut.FINGERPRINT);
        byte[] test = PictureTree.levels(folder.test());
        byte[] training = PictureTree.levels(folder.training());
        assertThat(test).hasSize(3);
        assertThat(training).hasSize(7).doesNotContain(test);

        // SHA-256 of "0.png" to "9.png", computed with sha256sum.
        assertThat(test).containsExactlyInAnyOrder(expectedHeldOut());
        assertThatThrownBy(() -> pictures.folder().test())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("data.held_out");
    }

    private static byte[] expectedHeldOut() {
        return new byte[] {6, 0, 8};
    }

    @Test
    void picturesOfDifferentSizesWantOne() throws IOException {
        pictures.write("a.png", 100, 1, 4, 4);
        pictures.write("b.png", 200, 1, 8, 12);
        assertThatThrownBy(() -> pictures.folder().training())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("b.png")
                .hasMessageContaining("8x12")
                .hasMessageContaining("data.size");

        LabelledImages images = pictures.scaledTo(2).training();
        assertThat(images.height()).isEqualTo(2);
        assertThat(HostTensors.bytes(images.bytes(1))).hasSize(4).containsOnly((byte) 200);

        ImageFolder larger = pictures.scaledTo(5);
        assertThatThrownBy(larger::training).isInstanceOf(UserException.class).hasMessageContaining("is only 4x4");
    }

    /** Links to one picture: they are as many bytes as pictures would be. */
    @Test
    void moreThanAnArrayHoldsIsToBePacked() throws IOException {
        pictures.write("0.png", 100, 3, 1500, 1500);
        Path first = pictures.folder().directory().resolve("0.png");
        for (int i = 1; i < 320; i++) {
            Files.createLink(first.resolveSibling(i + ".png"), first);
        }
        assertThatThrownBy(() -> pictures.folder().training())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("320 pictures of 6750000 bytes are too many to keep in memory; pack them with"
                        + " `bcm data pack ");
    }

    @Test
    void scalingDownTakesMeansOfTheMiddleSquare() throws IOException {
        // Columns 0 to 5 of a 4x6 picture; the middle square has the columns 1 to 4.
        byte[] values = new byte[24];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (10 * (i % 6));
        }
        ImageFiles.writePng(directory.resolve("a.png"), HostTensors.ofBytes(values, 1, 4, 6));
        LabelledImages images = pictures.scaledTo(2).training();
        assertThat(HostTensors.bytes(images.bytes(0))).containsExactly(15, 35, 15, 35);
    }

    /** As unpacking a zip made on Windows leaves them. */
    @Test
    void backslashesInNamesSeparateClasses() throws IOException {
        pictures.write("cats\\1.png", 1, 1, 2, 2);
        pictures.write("dogs\\1.png", 2, 1, 2, 2);
        LabelledImages images = pictures.folder().training();
        assertThat(images.classNames()).containsExactly("cats", "dogs");
        assertThat(PictureTree.levels(images)).containsExactly(1, 2);
    }

    @Test
    void picturesBehindLinksAreReadAndHiddenOnesAreNot(@TempDir Path elsewhere) throws IOException {
        pictures.write("a/1.png", 1, 1, 2, 2);
        pictures.write("a/._1.png", 9, 1, 2, 2);
        pictures.write("__MACOSX/a/1.png", 9, 1, 2, 2);
        ImageFiles.writePng(elsewhere.resolve("2.png"), HostTensors.ofBytes(new byte[] {2, 2, 2, 2}, 1, 2, 2));
        Files.createSymbolicLink(directory.resolve("b"), elsewhere);
        LabelledImages images = pictures.folder().training();
        assertThat(PictureTree.levels(images)).containsExactly(1, 2);
        assertThat(images.classNames()).containsExactly("a", "b");
    }
}
