package org.bcm4j.data;

import static org.bcm4j.config.Requirement.require;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bcm4j.config.Default;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.RasterPixels;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.ShellWord;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * Pictures in a directory and its subdirectories. A file gives their classes, or else the names of the subdirectories
 * do. If any picture is in colour, all are read as colour.
 *
 * @param directory the directory of the pictures
 * @param labels a CSV file with the columns {@code file,class}, or a JSON object of files and their classes. Files are
 *     relative to the directory. Pictures that are not named are left out
 * @param testLabels a file of the same form that names the test images, for data whose test images are already chosen.
 *     They are never training images, even if another file names them
 * @param testDirectory another directory of the same form whose pictures are the test images, such as LSUN's validation
 *     set. They are never training images, whatever paths or links lead to them
 * @param size height and width to which the middle square of every picture is scaled down; absent if all have the same
 *     size already
 * @param heldOut the number of pictures to hold out as test images, if nothing else names these
 * @param heldOutBy how the held-out pictures are chosen
 */
public record ImageFolder(
        Path directory,
        Optional<Path> labels,
        Optional<Path> testLabels,
        Optional<Path> testDirectory,
        OptionalInt size,
        @Default("0") int heldOut,
        @Default("fingerprint") HeldOut heldOutBy)
        implements DataSource {

    private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

    /** The class of pictures that have none. */
    public static final String NO_CLASS = "all";

    /** How pictures are chosen to be held out as test images. */
    public enum HeldOut {
        /** Those whose names have the smallest SHA-256, so that the choice hardly changes when pictures are added. */
        FINGERPRINT,
        /** The last ones in name order, as the paper holds out FFHQ's last 1,000. */
        LAST
    }

    /**
     * A picture and its class.
     *
     * @param name relative to the directory, see {@link PictureFolder#name}
     * @param label the name of its class; {@value #NO_CLASS} if neither a file nor a subdirectory names one
     */
    public record Entry(String name, Path file, String label) {}

    /** The division into training and test images. */
    private record Split(List<Entry> training, List<Entry> test) {
        /** The classes of both: numeric names by value, then the others in alphabetical order. */
        List<String> classNames() {
            return Stream.concat(training.stream(), test.stream())
                    .map(Entry::label)
                    .distinct()
                    .sorted(ClassOrder.OF_NAMES)
                    .toList();
        }
    }

    public ImageFolder {
        require(heldOut >= 0, "held_out", "must not be negative, is " + heldOut);
        size.ifPresent(side -> require(side >= 1, "size", "must be positive, is " + side));
        if (Stream.of(heldOut > 0, testLabels.isPresent(), testDirectory.isPresent())
                        .filter(named -> named)
                        .count()
                > 1) {
            throw new IllegalArgumentException(
                    "held_out, test_labels and test_directory each name the test images; keep one of them");
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
            throw new UserException(directory + ": no pictures are held out as test images; set data.held_out,"
                    + " data.test_labels or data.test_directory");
        }
        return read(split.test(), split.classNames());
    }

    @Override
    public boolean hasTest() {
        return heldOut > 0 || testLabels.isPresent() || testDirectory.isPresent();
    }

    private Split split() {
        List<Entry> all = labels.map(this::labelled).orElseGet(() -> bySubdirectory(directory));
        List<Entry> test = testLabels
                .map(this::labelled)
                .or(() -> testDirectory.map(ImageFolder::bySubdirectory))
                .orElseGet(() -> heldOut(all));
        Predicate<Entry> isTest = testDirectory.isPresent() ? fileIsOneOf(test) : nameIsOneOf(test);
        List<Entry> training = all.stream().filter(isTest.negate()).toList();
        if (training.isEmpty()) {
            throw new UserException(directory.toAbsolutePath() + ": holds " + all.size() + " pictures ("
                    + String.join(", ", ImageFiles.ENDINGS) + "), of which " + test.size()
                    + " are test images, so none are left to train on; use another folder");
        }
        labels.ifPresent(file -> reportUnnamed(file, training, test));
        return new Split(training, test);
    }

    private static Predicate<Entry> nameIsOneOf(List<Entry> test) {
        Set<String> names = test.stream().map(Entry::name).collect(Collectors.toUnmodifiableSet());
        return entry -> names.contains(entry.name());
    }

    /**
     * Two directories can contain pictures of the same name, and one can lie inside the other or lead to the other's
     * pictures by links.
     */
    private static Predicate<Entry> fileIsOneOf(List<Entry> test) {
        Set<Path> files = test.stream().map(ImageFolder::realFile).collect(Collectors.toUnmodifiableSet());
        return entry -> files.contains(realFile(entry));
    }

    private static Path realFile(Entry entry) {
        try {
            return entry.file().toRealPath();
        } catch (IOException e) {
            throw FileFailure.reading(entry.file(), e);
        }
    }

    /**
     * The training pictures, which are not opened.
     *
     * @throws UserException if there are none, or the directory or a label file cannot be read
     */
    public List<Entry> trainingPictures() {
        return split().training();
    }

    private List<Entry> heldOut(List<Entry> all) {
        if (heldOut == 0) {
            return List.of();
        }
        return switch (heldOutBy) {
            case FINGERPRINT -> smallestFingerprints(all);
            case LAST ->
                all.stream()
                        .sorted(Comparator.comparing(Entry::name))
                        .skip(Math.max(0, all.size() - heldOut))
                        .toList();
        };
    }

    private void reportUnnamed(Path labelFile, List<Entry> training, List<Entry> test) {
        Set<String> named = Stream.concat(training.stream(), test.stream())
                .map(Entry::name)
                .collect(Collectors.toUnmodifiableSet());
        PictureFolder.of(directory).reportUnnamed(labelFile, named);
    }

    private List<Entry> smallestFingerprints(List<Entry> all) {
        Map<String, Entry> byFingerprint = new TreeMap<>();
        all.forEach(entry -> byFingerprint.put(Checksum.sha256(entry.name().getBytes(StandardCharsets.UTF_8)), entry));
        Set<Entry> chosen = byFingerprint.values().stream().limit(heldOut).collect(Collectors.toUnmodifiableSet());
        return all.stream().filter(chosen::contains).toList();
    }

    private List<Entry> labelled(Path file) {
        Map<String, Path> byName = new HashMap<>();
        Map<String, Entry> entries = new LinkedHashMap<>();
        LabelFile.read(file).forEach((picture, label) -> {
            Path named = directory.resolve(picture);
            if (!Files.isRegularFile(named)) {
                // The label file can spell a name differently from the file system and mean the same file.
                if (byName.isEmpty()) {
                    PictureFolder.of(directory).byName().forEach(byName::put);
                }
                named = Optional.ofNullable(byName.get(PictureFolder.name(picture)))
                        .orElseThrow(() ->
                                new UserException(file + ": names " + picture + ", which is not in " + directory));
            }
            String name = relative(named);
            if (entries.put(name, new Entry(name, named, label)) != null) {
                throw new UserException(file + ": names " + name + " twice, once as " + picture);
            }
        });
        if (entries.isEmpty()) {
            throw new UserException(file + ": lists no pictures; write one line for each: file,class");
        }
        return List.copyOf(entries.values());
    }

    /** The picture's name in the directory, however the label file spells it. */
    private String relative(Path picture) {
        Path root = directory.toAbsolutePath().normalize();
        return PictureFolder.name(
                root.relativize(picture.toAbsolutePath().normalize()).toString());
    }

    private static List<Entry> bySubdirectory(Path directory) {
        PictureFolder folder = PictureFolder.of(directory);
        folder.reportLeftOut();
        return folder.byName().entrySet().stream()
                .map(picture -> new Entry(picture.getKey(), picture.getValue(), topmost(picture.getKey())))
                .toList();
    }

    private static String topmost(String name) {
        return name.contains("/") ? name.substring(0, name.indexOf('/')) : NO_CLASS;
    }

    private LabelledImages read(List<Entry> wanted, List<String> classNames) {
        RasterPixels first = picture(wanted.get(0));
        int plane = first.height() * first.width();
        requireMemory(wanted.size(), first.channels(), plane); // Before all are decoded.
        List<RasterPixels> pictures = Stream.concat(
                        Stream.of(first), wanted.stream().skip(1).map(this::picture))
                .toList();
        int channels = pictures.stream().mapToInt(RasterPixels::channels).max().orElseThrow();
        requireMemory(wanted.size(), channels, plane);
        byte[] pixels = new byte[pictures.size() * channels * plane];
        int[] classes = new int[pictures.size()];
        for (int i = 0; i < classes.length; i++) {
            RasterPixels picture = pictures.get(i);
            if (picture.height() != first.height() || picture.width() != first.width()) {
                throw new UserException(wanted.get(i).file() + ": is " + picture.height() + "x"
                        + picture.width() + ", but the first picture is " + first.height() + "x" + first.width()
                        + "; set data.size to scale all to one size");
            }
            for (int c = 0; c < channels; c++) {
                // A grey picture among coloured ones is repeated in every channel.
                int from = Math.min(c, picture.channels() - 1) * plane;
                System.arraycopy(picture.values(), from, pixels, (i * channels + c) * plane, plane);
            }
            classes[i] = classNames.indexOf(wanted.get(i).label());
        }
        return new LabelledImages(pixels, classes, channels, first.height(), first.width(), classNames);
    }

    /** All pictures are one array of Java, which has two billion bytes at most. */
    private void requireMemory(long pictures, int channels, int plane) {
        if (pictures * channels * plane > MOST_BYTES) {
            throw new UserException(directory + ": " + pictures + " pictures of " + channels * plane
                    + " bytes are too many to keep in memory; pack them with `bcm data pack "
                    + new ShellWord(directory)
                    + " --size S --out DIR`, and train with data: {kind: packed-images, directory: DIR}");
        }
    }

    private RasterPixels picture(Entry entry) {
        Path file = entry.file();
        try (Scope scope = Scope.open()) {
            Tensor image = ImageFiles.read(file);
            Tensor scaled = size.isPresent() ? MiddleSquare.scaledDown(image, size.getAsInt(), file.toString()) : image;
            return new RasterPixels(
                    HostTensors.bytes(scaled), (int) scaled.size(0), (int) scaled.size(1), (int) scaled.size(2));
        }
    }
}
