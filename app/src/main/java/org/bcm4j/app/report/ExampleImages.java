package org.bcm4j.app.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bcm4j.data.DataSource;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.metrics.evaluation.Evaluation;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.storage.ShellWord;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A few real images stored with a model in {@value #FILE}, so that it can be tried without its data set. They are the
 * first of each class, not selected. The file holds {@code images}, uint8 [N,C,H,W], and {@code labels}, int64 [N].
 */
public final class ExampleImages {
    /** Name of the file in a model folder. */
    public static final String FILE = "test-images.npz";

    /** The default number of images per class. */
    public static final int PER_CLASS = 4;

    /** Limits for a data set: the most classes, and the least total number of images if the classes are few. */
    private static final int MOST_CLASSES_SHOWN = 20;

    private static final int LEAST_IMAGES = 20;

    private static final String IMAGES = "images";
    private static final String LABELS = "labels";

    /** Limit for a data set whose model has no classes: larger than any number of classes. */
    private static final int MOST_CLASSES = 100_000;

    private final LabelledImages images;
    private final int[] labels;

    private ExampleImages(LabelledImages images, int[] labels) {
        this.images = images;
        this.labels = labels;
    }

    /**
     * The first images of each class, class by class, in the data set's order.
     *
     * @param count images per class; a class with fewer contributes all of them
     */
    public static ExampleImages firstOfEachClass(LabelledImages dataSet, int count) {
        return firstOfEachClass(dataSet, count, dataSet.classNames().size());
    }

    private static ExampleImages firstOfEachClass(LabelledImages dataSet, int count, int classes) {
        try (Scope scope = Scope.open()) {
            long[] labels = HostTensors.longs(
                    dataSet.labels(LongStream.range(0, dataSet.size()).toArray()));
            int[] chosen = IntStream.range(0, classes)
                    .flatMap(k -> IntStream.range(0, labels.length)
                            .filter(i -> labels[i] == k)
                            .limit(count))
                    .toArray();
            int[] chosenLabels = Arrays.stream(chosen).map(i -> (int) labels[i]).toArray();
            byte[] pixels = HostTensors.bytes(
                    dataSet.bytes(Arrays.stream(chosen).asLongStream().toArray()));
            return of(
                    pixels, chosenLabels, dataSet.channels(), dataSet.height(), dataSet.width(), dataSet.classNames());
        }
    }

    /**
     * The first images of a data set's first classes, for a model. Takes the test images if there are any, and at least
     * {@link #PER_CLASS} per class.
     *
     * @throws UserException if its files are missing, or it does not have the model's size and classes
     */
    public static ExampleImages of(DataSource data, ModelConfig config) {
        LabelledImages images = data.hasTest() ? data.test() : data.training();
        Evaluation.requireFit(config, images, data.title());
        int classes = Math.min(MOST_CLASSES_SHOWN, images.classNames().size());
        return firstOfEachClass(images, Math.max(PER_CLASS, LEAST_IMAGES / classes), classes);
    }

    /**
     * Reads the images stored with a model. Classes without names are called by their numbers.
     *
     * @throws UserException if there are none, or they do not have the model's size and classes
     */
    public static ExampleImages read(Path model, ModelConfig config) {
        Path file = model.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new UserException(file + " is missing: the model has no real images to show; give its data set"
                    + " with --data, or create the file with `bcm quickstart images " + new ShellWord(model) + "`");
        }
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> arrays = NumpyFiles.readNpz(file);
            Tensor images = array(file, arrays, IMAGES, ScalarType.Byte, 4);
            NetworkConfig network = config.network();
            int[] labels = labels(file, array(file, arrays, LABELS, ScalarType.Long, 1), network.classes());
            int side = network.imageSize();
            long[] wanted = {labels.length, network.imageChannels(), side, side};
            if (labels.length == 0 || !Arrays.equals(images.shape(), wanted)) {
                throw broken(
                        file,
                        "its images are of shape " + Arrays.toString(images.shape()) + ", not "
                                + Arrays.toString(wanted));
            }
            return of(
                    HostTensors.bytes(images), labels, network.imageChannels(), side, side, classNames(config, labels));
        }
    }

    private static ExampleImages of(
            byte[] pixels, int[] labels, int channels, int height, int width, List<String> classes) {
        return new ExampleImages(new LabelledImages(pixels, labels, channels, height, width, classes), labels);
    }

    private static int[] labels(Path file, Tensor labels, int classes) {
        int bound = classes > 0 ? classes : MOST_CLASSES;
        return Arrays.stream(HostTensors.longs(labels))
                .mapToInt(label -> {
                    if (label < 0 || label >= bound) {
                        throw broken(file, "label " + label + " is not one of the classes, 0 to " + (bound - 1));
                    }
                    return (int) label;
                })
                .toArray();
    }

    private static List<String> classNames(ModelConfig config, int[] labels) {
        int classes = 1 + Arrays.stream(labels).max().orElse(0);
        List<String> names = new ArrayList<>(config.classNames());
        for (int k = names.size(); k < Math.max(classes, config.network().classes()); k++) {
            names.add(Integer.toString(k));
        }
        return names;
    }

    private static Tensor array(Path file, Map<String, Tensor> arrays, String name, ScalarType type, int dimensions) {
        Tensor array = arrays.get(name);
        if (array == null || array.scalar_type().value != type.value || array.dim() != dimensions) {
            throw broken(
                    file, "it has no array \"" + name + "\" of type " + type + " and " + dimensions + " dimension(s)");
        }
        return array;
    }

    private static UserException broken(Path file, String problem) {
        return new UserException(file + ": " + problem + "; create it again with `bcm quickstart images "
                + new ShellWord(file.resolveSibling("")) + "`");
    }

    /**
     * Stores the images with a model.
     *
     * @throws UserException if the file cannot be written
     */
    public void write(Path model) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> arrays = new LinkedHashMap<>();
            arrays.put(IMAGES, images.bytes(all()));
            arrays.put(LABELS, images.labels(all()));
            NumpyFiles.writeNpz(model.resolve(FILE), arrays);
        }
    }

    /** The number of images. */
    public int size() {
        return labels.length;
    }

    /** All images as bytes, uint8 [N,C,H,W], on the CPU. */
    Tensor bytes() {
        return images.bytes(all());
    }

    /** All images as the signal for the network, float32 [N,C,H,W] in [-1,1], on the CPU. */
    Tensor signals() {
        return images.images(all());
    }

    /** The classes of all images, int64 [N], on the CPU. */
    Tensor labels() {
        return images.labels(all());
    }

    List<String> classNames() {
        return images.classNames();
    }

    /** The class of an image. */
    int label(int index) {
        return labels[index];
    }

    /**
     * The index of the first image of each class that has images, in order of the classes. If there is only one class,
     * the indices of all its images.
     */
    int[] representatives() {
        int[] firsts =
                Arrays.stream(labels).sorted().distinct().map(this::first).toArray();
        return firsts.length > 1 ? firsts : IntStream.range(0, labels.length).toArray();
    }

    /** The indices of the first two images of each class that has at least two, in order of the classes. */
    List<int[]> firstPairOfEachClass() {
        return Arrays.stream(labels)
                .sorted()
                .distinct()
                .mapToObj(label -> IntStream.range(0, labels.length)
                        .filter(i -> labels[i] == label)
                        .limit(2)
                        .toArray())
                .filter(pair -> pair.length == 2)
                .toList();
    }

    /**
     * A file name for an image, such as {@code 3-dress-1.png}: its class by number and name, and its position in the
     * class.
     */
    String fileName(int index) {
        int label = labels[index];
        long ordinal = 1
                + Arrays.stream(labels, 0, index)
                        .filter(other -> other == label)
                        .count();
        String words = label + " " + classNames().get(label) + " " + ordinal;
        return words.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".png";
    }

    private int first(int label) {
        return IntStream.range(0, labels.length)
                .filter(i -> labels[i] == label)
                .findFirst()
                .orElseThrow();
    }

    private long[] all() {
        return LongStream.range(0, labels.length).toArray();
    }
}
