package org.bcm4j.app;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.unet.NetworkConfig;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Noises to generate images from, as {@code bcm invert} writes them.
 *
 * @param noises of unit variance, float32 [N,C,H,W], on the CPU
 * @param labels the classes as which they were found, int64 [N]; absent if the file tells none
 */
record GivenNoises(Tensor noises, Optional<Tensor> labels) {
    private static final String LABELS = "labels";

    /**
     * Reads a file.
     *
     * @param wanted how many of the first to take; absent for all
     * @throws UserException if it holds no noises for such a network, or fewer than are wanted
     */
    static GivenNoises read(Path file, NetworkConfig network, Optional<Integer> wanted) {
        Tensor noises = NumpyFiles.readNpz(file, InvertCommand.NOISES);
        long[] shape = noises.shape();
        long side = network.imageSize();
        boolean fits = shape.length == 4
                && shape[0] > 0
                && Arrays.equals(shape, new long[] {shape[0], network.imageChannels(), side, side});
        if (!fits || !noises.is_floating_point() || !noises.isfinite().all().item_bool()) {
            throw new UserException(
                    file + ": its array \"" + InvertCommand.NOISES + "\" is " + noises.scalar_type() + " "
                            + Arrays.toString(shape) + ", but the model takes finite floating-point numbers [N, "
                            + network.imageChannels() + ", " + side + ", " + side + "]");
        }
        long count = wanted.map(Integer::longValue).orElse(shape[0]);
        if (count > shape[0]) {
            throw new UserException(
                    "-n " + count + ": " + file + " holds " + shape[0] + " noises; ask for as many at most");
        }
        Optional<Tensor> labels = NumpyFiles.names(file).contains(LABELS)
                ? Optional.of(labels(file, shape[0], network.classes()))
                : Optional.empty();
        return new GivenNoises(
                noises.narrow(0, 0, count).to(ScalarType.Float), labels.map(all -> all.narrow(0, 0, count)));
    }

    private static Tensor labels(Path file, long count, int classes) {
        Tensor labels = NumpyFiles.readNpz(file, LABELS);
        boolean whole = !labels.is_floating_point() && Arrays.equals(labels.shape(), new long[] {count});
        if (!whole || Arrays.stream(HostTensors.longs(labels)).anyMatch(label -> label < 0 || label >= classes)) {
            throw new UserException(file + ": its array \"" + LABELS + "\" is not one class for each of the " + count
                    + " noises, of the model's " + classes + "; choose with --class");
        }
        return labels.to(ScalarType.Long);
    }

    int count() {
        return Math.toIntExact(noises.size(0));
    }
}
