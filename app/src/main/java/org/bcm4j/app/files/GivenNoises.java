package org.bcm4j.app.files;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.TensorForm;
import org.bcm4j.walk.SamplingPath;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Noises to generate images from, as written by {@code bcm invert}.
 *
 * @param noises of unit variance, float32 [N,C,H,W], on the CPU
 * @param labels the classes used for the inversion, int64 [N]; absent if the file has none
 * @param scale the noise scale at which the inversion ended; absent if the file does not state it
 * @param source the name of the file in error messages
 */
public record GivenNoises(Tensor noises, Optional<Tensor> labels, Optional<Double> scale, Path source) {
    /** The name of the array of noises in the file. */
    public static final String NOISES = "noises";

    /** The name of the noise scale at which they were found. */
    public static final String SCALE = "scale";

    private static final String LABELS = "labels";

    /**
     * Reads a file.
     *
     * @param wanted the number of noises to take, from the first; absent for all
     * @throws UserException if the file holds no noises for such a network, or too few
     */
    public static GivenNoises read(Path file, NetworkConfig network, Optional<Integer> wanted) {
        Tensor noises = NumpyFiles.readNpz(file, NOISES);
        long[] shape = noises.shape();
        long side = network.imageSize();
        boolean fits = shape.length == 4
                && shape[0] > 0
                && Arrays.equals(shape, new long[] {shape[0], network.imageChannels(), side, side});
        if (!fits || !noises.is_floating_point() || !noises.isfinite().all().item_bool()) {
            TensorForm form = TensorForm.of(NOISES, noises);
            boolean notFinite = fits && noises.is_floating_point();
            throw new UserException(file + ": its array \"" + NOISES + "\" is " + form
                    + (notFinite ? " and holds NaN or infinity" : "")
                    + ", but the model takes finite floating-point numbers [N," + network.imageChannels() + "," + side
                    + "," + side + "]");
        }
        long count = wanted.map(Integer::longValue).orElse(shape[0]);
        if (count > shape[0]) {
            throw new UserException(
                    "-n " + count + ": " + file + " holds " + shape[0] + " noises; ask for at most that many");
        }
        Optional<Tensor> labels = NumpyFiles.names(file).contains(LABELS)
                ? Optional.of(labels(file, shape[0], network.classes()))
                : Optional.empty();
        Optional<Double> scale = NumpyFiles.names(file).contains(SCALE) ? Optional.of(scale(file)) : Optional.empty();
        return new GivenNoises(
                noises.narrow(0, 0, count).to(ScalarType.Float),
                labels.map(all -> all.narrow(0, 0, count)),
                scale,
                file);
    }

    /**
     * Checks that a path starts at the scale of these noises.
     *
     * @throws UserException if their scale is known and differs
     */
    public void requireScale(SamplingPath samplingPath) {
        scale.ifPresent(found -> samplingPath.requireStart(found, source + ": its noises were"));
    }

    private static double scale(Path file) {
        Tensor scale = NumpyFiles.readNpz(file, SCALE);
        double value = scale.numel() == 1 ? scale.item_double() : Double.NaN;
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new UserException(
                    file + ": its array \"" + SCALE + "\" must hold one positive number, the noise scale"
                            + " at which the noises were found; find them again with `bcm invert`");
        }
        return value;
    }

    private static Tensor labels(Path file, long count, int classes) {
        Tensor labels = NumpyFiles.readNpz(file, LABELS);
        boolean whole = !labels.is_floating_point() && Arrays.equals(labels.shape(), new long[] {count});
        if (!whole || Arrays.stream(HostTensors.longs(labels)).anyMatch(label -> label < 0 || label >= classes)) {
            throw new UserException(file + ": its array \"" + LABELS + "\" must hold one class for each of the " + count
                    + " noises, of the model's " + classes + "; choose with --class");
        }
        return labels.to(ScalarType.Long);
    }

    /** The number of noises. */
    public int count() {
        return Math.toIntExact(noises.size(0));
    }
}
