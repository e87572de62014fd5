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
import org.bytedeco.pytorch.global.torch;

/**
 * Pictures in a directory and its subdirectories. Their classes are told by a file, or else are the names of the subdirectories. If any
 * is in colour, all are read as colour.
 *
 * @param directory where the pictures are
 * @param labels a CSV file with the columns {@code file,class}, or a JSON object of files and their classes; files are relative to the
 *     directory, and those not named are left out
 * @param size height and width to which the middle square of every picture is scaled down; absent if all have one size already
 * @param heldOut how many pictures are the test images: those whose names have the smallest SHA-256, so that the choice outlasts
 *     additions
 */
public record ImageFolder(
        Path directory,
        Optional<Path> labels,
        OptionalInt size,
        @Default("0") int heldOut) implements DataSource {
    /** A picture's file, relative to the directory, and its class. */
    private record Entry(String file, String label) {}

    public ImageFolder {
        if (heldOut < 0 || size.orElse(1) < 1) {
            throw new IllegalArgumentException("held_out must not be negative, and size must be positive");
        }
    }

    @Override
    public String title() {
        return Optional.ofNullable(directory.getFileName()).orElse(directory).toString();
    }

    @Override
    public LabelledImages training() {
        List<Entry> all = entries();
        Set<Entry> test = testEntries(all);
        return read(all, all.stream().filter(entry -> !test.contains(entry)).toList());
    }

    @Override
    public LabelledImages test() {
        List<Entry> all = entries();
        Set<Entry> test = testEntries(all);
        if (test.isEmpty()) {
            throw new UserException(directory + ": no pictures are held out as test images; set data.held_out");
        }
        return read(all, all.stream().filter(test::contains).toList());
    }

    private Set<Entry> testEntries(List<Entry> all) {
        Map<String, Entry> byFingerprint = new TreeMap<>();
        all.forEach(entry -> byFingerprint.put(Checksum.sha256(entry.file().getBytes(StandardCharsets.UTF_8)), entry));
        return byFingerprint.values().stream().limit(heldOut).collect(Collectors.toUnmodifiableSet());
    }

    private List<Entry> entries() {
        List<Entry> entries = labels.map(this::labelled).orElseGet(this::bySubdirectory);
        if (entries.size() <= heldOut) {
            throw new UserException(directory.toAbsolutePath() + ": holds " + entries.size() + " pictures ("
                    + String.join(", ", ImageFiles.ENDINGS) + "), of which data.held_out takes " + heldOut
                    + "; name another directory");
        }
        return entries;
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

    private LabelledImages read(List<Entry> all, List<Entry> wanted) {
        List<String> classNames =
                all.stream().map(Entry::label).distinct().sorted().toList();
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
            Tensor scaled = size.isPresent() ? scaledDown(image, size.getAsInt(), file) : image;
            return new RasterPixels(
                    HostTensors.bytes(scaled), (int) scaled.size(0), (int) scaled.size(1), (int) scaled.size(2));
        }
    }

    /** The middle square of uint8 [C,H,W], each of its pixels the mean of those that it covers. */
    private static Tensor scaledDown(Tensor image, int size, Path file) {
        long side = Math.min(image.size(1), image.size(2));
        if (side < size) {
            throw new UserException(file + ": is only " + image.size(1) + "x" + image.size(2)
                    + "; leave it out, or set data.size to at most " + side);
        }
        Tensor square = image.narrow(1, (image.size(1) - side) / 2, side).narrow(2, (image.size(2) - side) / 2, side);
        return torch.adaptive_avg_pool2d(square.to(torch.ScalarType.Float), size, size)
                .round()
                .to(torch.ScalarType.Byte);
    }
}
