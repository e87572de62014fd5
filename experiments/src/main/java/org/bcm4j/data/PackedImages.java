package org.bcm4j.data;

import static org.bcm4j.config.Requirement.require;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Images that were decoded once and packed into NumPy arrays, which are mapped into memory: they take no memory of the
 * process, and training begins at once. The directory holds {@code dataset.json} and the folders {@code train} and
 * {@code test}. In {@code dataset.json} the key {@code classes} lists the names of the classes; other keys are for
 * human readers. Each folder holds {@code images.npy}, uint8 [N,C,H,W] with C 1 or 3, and {@code labels.npy}, int64
 * [N], class numbers from 0.
 *
 * @param directory the directory of these files, which must not change while they are in use
 */
public record PackedImages(Path directory) implements DataSource {
    private static final String DESCRIPTION = "dataset.json";

    /** The part of {@code dataset.json} that is read. */
    record Description(List<String> classes) {
        Description {
            require(
                    !classes.isEmpty() && Set.copyOf(classes).size() == classes.size(),
                    "classes",
                    "must have at least one name, and no name twice");
        }
    }

    @Override
    public String title() {
        return Optional.ofNullable(directory.getFileName()).orElse(directory).toString();
    }

    @Override
    public LabelledImages training() {
        return read("train");
    }

    @Override
    public LabelledImages test() {
        return read("test");
    }

    private LabelledImages read(String division) {
        List<String> classes = classes();
        Path imageFile = directory.resolve(division).resolve("images.npy");
        MappedArray images = images(imageFile);
        List<Long> shape = images.header().shape();
        Path labelFile = imageFile.resolveSibling("labels.npy");
        int[] labels = labels(labelFile, classes.size());
        if (labels.length != shape.get(0)) {
            throw new UserException(labelFile + ": has " + labels.length + " labels for the " + shape.get(0)
                    + " images of " + imageFile.getFileName() + "; pack both again");
        }
        return new LabelledImages(
                images.parts(),
                labels,
                shape.get(1).intValue(),
                shape.get(2).intValue(),
                shape.get(3).intValue(),
                classes);
    }

    private List<String> classes() {
        Path file = directory.resolve(DESCRIPTION);
        if (!Files.isRegularFile(file)) {
            throw new UserException("packed images: there is no " + file.toAbsolutePath()
                    + "; set data.directory to a folder that holds it next to train and test");
        }
        return ConfigFile.readPart(file, Description.class).classes();
    }

    private static MappedArray images(Path file) {
        MappedArray images = MappedArray.of(file);
        List<Long> shape = images.header().shape();
        boolean fits = images.header().type() == ScalarType.Byte
                && shape.size() == 4
                && !shape.contains(0L)
                && (shape.get(1) == 1 || shape.get(1) == 3);
        if (!fits) {
            throw new UserException(file + ": must be uint8 [N,C,H,W] with C 1 or 3, is "
                    + images.header().described());
        }
        return images;
    }

    private static int[] labels(Path file, int classes) {
        MappedArray array = MappedArray.of(file);
        if (array.header().type() != ScalarType.Long || array.header().shape().size() != 1) {
            throw new UserException(
                    file + ": must be int64 [N], is " + array.header().described());
        }
        int[] labels = new int[Math.toIntExact(array.header().shape().get(0))];
        int i = 0;
        for (ByteBuffer part : array.parts()) {
            for (LongBuffer values = part.asLongBuffer(); values.hasRemaining(); i++) {
                long label = values.get();
                if (label < 0 || label >= classes) {
                    throw new UserException(file + ": label " + i + " is " + label + ", not 0 to " + (classes - 1)
                            + ", the classes of " + DESCRIPTION + "; pack the images again");
                }
                labels[i] = (int) label;
            }
        }
        return labels;
    }
}
