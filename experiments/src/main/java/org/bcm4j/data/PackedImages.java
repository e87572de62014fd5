package org.bcm4j.data;

import static org.bcm4j.config.Requirement.require;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Images that were decoded once and packed into NumPy arrays, which are mapped into memory: they take no memory of the
 * process, and training begins at once. The directory holds {@code dataset.json} and the folders {@code train} and
 * {@code test}. In {@code dataset.json} the key {@code classes} lists the names of the classes; other keys are for
 * human readers. Each folder holds {@code images.npy}, uint8 [N,C,H,W] with C 1 or 3, or several such files of one
 * set, {@code images-00000.npy} and so on, and {@code labels.npy}, int64 [N], class numbers from 0.
 *
 * @param directory the directory of these files, which must not change while they are in use
 */
public record PackedImages(Path directory) implements DataSource {
    private static final String DESCRIPTION = "dataset.json";
    private static final Pattern PART = Pattern.compile("images-\\d+\\.npy");

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
        List<Path> imageFiles = imageFiles(directory.resolve(division));
        List<MappedArray> images = imageFiles.stream().map(PackedImages::images).toList();
        List<Long> shape = images.get(0).header().shape();
        long count = 0;
        for (int i = 0; i < images.size(); i++) {
            NpyHeader header = images.get(i).header();
            count += header.shape().get(0);
            if (!header.shape().subList(1, 4).equals(shape.subList(1, 4))) {
                throw new UserException(imageFiles.get(i) + ": is " + header.described() + ", but "
                        + imageFiles.get(0).getFileName() + " is "
                        + images.get(0).header().described() + "; pack the images again");
            }
        }
        Path labelFile = imageFiles.get(0).resolveSibling("labels.npy");
        int[] labels = labels(labelFile, classes.size());
        if (labels.length != count) {
            throw new UserException(labelFile + ": has " + labels.length + " labels for the " + count + " images of "
                    + imageFiles.get(0).getFileName() + (images.size() > 1 ? " and on" : "") + "; pack both again");
        }
        return new LabelledImages(
                images.stream().flatMap(array -> array.parts().stream()).toList(),
                labels,
                shape.get(1).intValue(),
                shape.get(2).intValue(),
                shape.get(3).intValue(),
                classes);
    }

    @Override
    public boolean hasTest() {
        return Files.isDirectory(directory.resolve("test"));
    }

    /** The one file of a set that was packed into one, or its parts in order. */
    private static List<Path> imageFiles(Path folder) {
        Path whole = folder.resolve("images.npy");
        if (!Files.isDirectory(folder) || Files.exists(whole)) {
            return List.of(whole);
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> parts = files.filter(
                            file -> PART.matcher(file.getFileName().toString()).matches())
                    .sorted(Comparator.comparing(PackedImages::number).thenComparing(Comparator.naturalOrder()))
                    .toList();
            return parts.isEmpty() ? List.of(whole) : parts;
        } catch (IOException e) {
            throw FileFailure.reading(folder, e);
        }
    }

    /** Numbers of more than five digits follow the others. */
    private static BigInteger number(Path part) {
        return new BigInteger(part.getFileName().toString().replaceAll("\\D", ""));
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
