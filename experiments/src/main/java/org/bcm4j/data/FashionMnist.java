package org.bcm4j.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bcm4j.storage.UserException;

/**
 * Fashion-MNIST: 28 x 28 grey pictures of clothes in ten classes, 60,000 for training and 10,000 for tests. Reads the
 * four published IDX files, plain or gzipped.
 *
 * @param directory the directory of the files; absent for that of Debian's package dataset-fashion-mnist
 */
public record FashionMnist(Optional<Path> directory) implements DataSource {
    /** The directory into which Debian's package dataset-fashion-mnist installs the files. */
    public static final Path DEFAULT_DIRECTORY = Path.of("/usr/share/datasets/fashion-mnist");

    private static final List<String> CLASS_NAMES = List.of(
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot");

    /** The published division of the data set. */
    public enum Split {
        /** 60,000 images. */
        TRAIN("train"),
        /** 10,000 images. */
        TEST("t10k");

        private final String prefix;

        Split(String prefix) {
            this.prefix = prefix;
        }
    }

    @Override
    public String title() {
        return "fashion-mnist";
    }

    @Override
    public LabelledImages training() {
        return read(Split.TRAIN);
    }

    @Override
    public LabelledImages test() {
        return read(Split.TEST);
    }

    /**
     * Reads a split.
     *
     * @return grey images, [N,1,H,W], with the size given in the files
     * @throws UserException if a file is missing (with advice on how to get the data set) or damaged
     */
    public LabelledImages read(Split split) {
        Path imageFile = locate(split.prefix + "-images-idx3-ubyte");
        Path labelFile = locate(split.prefix + "-labels-idx1-ubyte");
        IdxFile images = IdxFile.read(imageFile, 3);
        IdxFile classes = IdxFile.read(labelFile, 1);
        int count = images.dimension(0);
        int height = images.dimension(1);
        int width = images.dimension(2);
        if (count == 0 || height == 0 || width == 0) {
            throw new UserException(imageFile + " holds no images; fetch it again");
        }
        if (classes.dimension(0) != count) {
            throw new UserException(labelFile + " has " + classes.dimension(0) + " labels for the " + count
                    + " images of " + imageFile.getFileName() + "; fetch both again");
        }
        return new LabelledImages(images.values(), labels(labelFile, classes.values()), 1, height, width, CLASS_NAMES);
    }

    private static int[] labels(Path file, byte[] values) {
        int[] labels = new int[values.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = Byte.toUnsignedInt(values[i]);
            if (labels[i] >= CLASS_NAMES.size()) {
                throw new UserException(file + ": label " + i + " is " + labels[i] + ", not 0 to 9; fetch it again");
            }
        }
        return labels;
    }

    private Path locate(String name) {
        Path folder = directory.orElse(DEFAULT_DIRECTORY);
        Path plain = folder.resolve(name);
        Path gzipped = folder.resolve(name + ".gz");
        if (Files.isRegularFile(plain)) {
            return plain;
        }
        if (Files.isRegularFile(gzipped)) {
            return gzipped;
        }
        throw new UserException("Fashion-MNIST: there is no " + name + "(.gz) in " + folder.toAbsolutePath()
                + "; give its folder, or get it with: apt-get install dataset-fashion-mnist");
    }
}
