package org.bcm4j.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.bcm4j.data.ImageFolder.HeldOut;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.tensor.HostTensors;

/** Pictures of one grey level each in a directory, and the ways to read them. Its caller has a scope open. */
record PictureTree(Path directory) {
    void write(String file, int level, int channels, int height, int width) throws IOException {
        byte[] values = new byte[channels * height * width];
        Arrays.fill(values, (byte) level);
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        ImageFiles.writePng(path, HostTensors.ofBytes(values, channels, height, width));
    }

    /** The levels of all images of a set. */
    static byte[] levels(LabelledImages images) {
        byte[] levels = new byte[images.size()];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = HostTensors.bytes(images.bytes(i))[0];
        }
        return levels;
    }

    ImageFolder folder() {
        return holdingOut(0, HeldOut.FINGERPRINT);
    }

    ImageFolder holdingOut(int count, HeldOut which) {
        return new ImageFolder(
                directory, Optional.empty(), Optional.empty(), Optional.empty(), OptionalInt.empty(), count, which);
    }

    ImageFolder scaledTo(int size) {
        return new ImageFolder(
                directory,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.of(size),
                0,
                HeldOut.FINGERPRINT);
    }

    ImageFolder labelledBy(Path labels) {
        return labelled(labels, Optional.empty(), 0);
    }

    ImageFolder labelledBy(Path labels, Path test) {
        return labelled(labels, Optional.of(test), 0);
    }

    /** Which names its test images in two ways, and so is refused. */
    ImageFolder labelledTwice(Path labels, Path test) {
        return labelled(labels, Optional.of(test), 1);
    }

    private ImageFolder labelled(Path labels, Optional<Path> test, int heldOut) {
        return new ImageFolder(
                directory,
                Optional.of(labels),
                test,
                Optional.empty(),
                OptionalInt.empty(),
                heldOut,
                HeldOut.FINGERPRINT);
    }

    /** The pictures of {@code training}, whose test images are those of {@code test}. */
    static ImageFolder testedBy(Path test, Path training) {
        return new ImageFolder(
                training,
                Optional.empty(),
                Optional.empty(),
                Optional.of(test),
                OptionalInt.empty(),
                0,
                HeldOut.FINGERPRINT);
    }
}
