package org.bcm4j.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bcm4j.config.Default;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * Pictures in a directory and its subdirectories. Their classes are told by a file, or else are the names of the subdirectories. If any
 * is in colour, all are read as colour.
 *
 * @param directory where the pictures are
 * @param labels a CSV file with the columns {@code file,class}, or a JSON object of files and their classes; files are relative to the
 *     directory, and those not named are left out
 * @param testLabels a file of the same form that names the test images, for data whose test images have been chosen already; they are
 *     no training images, whatever else names them
 * @param size height and width to which the middle square of every picture is scaled down; absent if all have one size already
 * @param heldOut how many pictures are the test images, without {@code testLabels}: those whose names have the smallest SHA-256, so that
 *     the choice outlasts additions
 */
public record ImageFolder(
        Path directory,
        Optional<Path> labels,
        Optional<Path> testLabels,
        OptionalInt size,
        @Default("0") int heldOut) implements DataSource {
    /** A picture's file, relative to the directory, and its class. */
    private record Entry(String file, String label) {}

    /** Which pictures are for what. */
    private record Split(List<Entry> training, List<Entry> test) {
        /** The classes of both: those that are numbers in the order of these, then the others in alphabetical order. */
        List<String> classNames() {
            return Stream.concat(training.stream(), test.stream())
                    .map(Entry::label)
                    .distinct()
                    .sorted(ClassOrder.OF_NAMES)
                    .toList();
        }
    }

    public ImageFolder {
        if (heldOut < 0 || size.orElse(1) < 1) {
            throw new IllegalArgumentException("held_out must not be negative, and size must be positive");
        }
        if (heldOut > 0 && testLabels.isPresent()) {
            throw new IllegalArgumentException("test_labels names the test images; leave out held_out");
        }
    }

    @Override
    public String title() {
        return Optional.ofNullable(directory.getFileName()).orElse(directory).toString();
    }

    @Override
    public LabelledImages training() {
        Split split = split();
        return read(split.training(), split.classNames());
    }

    @Override
    public LabelledImages test() {
        Split split = split();
        if (split.test().isEmpty()) {
            throw new UserException(
                    directory + ": no pictures are held out as test images; set data.held_out or data.test_labels");
        }
        return read(split.test(), split.classNames());
    }

    private Split split() {
        List<Entry> all = labels.map(this::labelled).orElseGet(this::bySubdirectory);
        List<Entry> test = testLabels.map(this::labelled).orElseGet(() -> smallestFingerprints(all));
        Set<String> testFiles = test.stream().map(Entry::file).collect(Collectors.toUnmodifiableSet());
        List<Entry> training =
                all.stream().filter(entry -> !testFiles.contains(entry.file())).toList();
        if (training.isEmpty()) {
            throw new UserException(directory.toAbsolutePath() + ": holds " + all.size() + " pictures ("
                    + String.join(", ", ImageFiles.ENDINGS) + "), of which " + test.size()
                    + " are test images, and none are left to train on; name another directory");
        }
        return new Split(training, test);
    }

    private List<Entry> smallestFingerprints(List<Entry> all) {
        Map<String, Entry> byFingerprint = new TreeMap<>();
        all.forEach(entry -> byFingerprint.put(Checksum.sha256(entry.file().getBytes(StandardCharsets.UTF_8)), entry));
        Set<Entry> chosen = byFingerprint.values().stream().limit(heldOut).collect(Collectors.toUnmodifiableSet());
        return all.stream().filter(chosen::contains).toList();
    }

    private List<Entry> labelled(Path file) {
        List<Entry> entries = new ArrayList<>();
        LabelFile.read(file).forEach((picture, label) -> {
            if (!Files.isRegularFile(directory.resolve(picture))) {
                throw new UserException(file + ": names " + picture + ", which is not in " + directory);
            }
            entries.add(new Entry(picture, label));
        });
        return entries;
    }

    private List<Entry> bySubdirectory() {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString().replace('\\', '/'))
                    .filter(ImageFiles::isPicture)
                    .sorted()
                    .map(file -> new Entry(file, file.contains("/") ? file.substring(0, file.indexOf('/')) : "all"))
                    .toList();
        } catch (IOException e) {
            throw FileFailure.reading(directory, e);
        }
    }

    private LabelledImages read(List<Entry> wanted, List<String> classNames) {
        List<RasterPixels> pictures = wanted.stream().map(this::picture).toList();
        int channels = pictures.stream().mapToInt(RasterPixels::channels).max().orElseThrow();
        RasterPixels first = pictures.get(0);
        int plane = first.height() * first.width();
        byte[] pixels = new byte[Math.multiplyExact(pictures.size(), channels * plane)];
        int[] classes = new int[pictures.size()];
        for (int i = 0; i < classes.length; i++) {
            RasterPixels picture = pictures.get(i);
            if (picture.height() != first.height() || picture.width() != first.width()) {
                throw new UserException(directory.resolve(wanted.get(i).file()) + ": is " + picture.height() + "x"
                        + picture.width() + ", the first picture " + first.height() + "x" + first.width()
                        + "; set data.size to scale all to one size");
            }
            for (int c = 0; c < channels; c++) {
                // A grey picture among colours is the same in every channel.
                int from = Math.min(c, picture.channels() - 1) * plane;
                System.arraycopy(picture.values(), from, pixels, (i * channels + c) * plane, plane);
            }
            classes[i] = classNames.indexOf(wanted.get(i).label());
        }
        return new LabelledImages(pixels, classes, channels, first.height(), first.width(), classNames);
    }

    private RasterPixels picture(Entry entry) {
        Path file = directory.resolve(entry.file());
        try (Scope scope = Scope.open()) {
            Tensor image = ImageFiles.read(file);
            Tensor scaled = size.isPresent() ? MiddleSquare.scaledDown(image, size.getAsInt(), file.toString()) : image;
            return new RasterPixels(
                    HostTensors.bytes(scaled), (int) scaled.size(0), (int) scaled.size(1), (int) scaled.size(2));
        }
    }
}
