package org.bcm4j.interop;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * Compares this library's outputs with recorded ones, in float32. This is what {@code bcm check DIR} does.
 *
 * <p>The folder holds {@code config.json}, {@code io.safetensors} and the weights. {@code io.safetensors} has inputs
 * and outputs. It can also have outputs of parts of the network under {@code act/PART}, or their mean, standard
 * deviation, first and last number under {@code act_stats/PART}. The weights are in {@code model.safetensors} or
 * {@code model.pt}, or the configuration has a {@code SALT} for {@link FormulaWeights}. The network is one of these:
 *
 * <ul>
 * <li>The configuration names an {@code arch} of the published BCM code, of EDM or of score SDE, and its arguments. For
 * the BCM code one or more cases are recorded: {@code CASE/x_t} [B,C,H,W], {@code CASE/t} and {@code CASE/u} [B], and
 * the expected outputs, the network's raw output {@code CASE/F} and the model's, {@code CASE/f}, both [B,C,H,W]. A
 * single case needs no {@code CASE/}. Class indices {@code y} [B] serve every case.
 * <li>The folder lies in that of a consistency model whose configuration has a {@code FOLDER_arch}: it is the start of
 * bidirectional fine-tuning from that model. Configuration and recordings are the consistency model's.
 * <li>No {@code arch} is named, but {@code features} of images {@code x} [B,3,H,W] in [0,1] are recorded: the FID's
 * Inception network. Parts can also be recorded as {@code avgpool/PART}, their means over height and width.
 * <li>No {@code arch} is named, but the folder has the name of a pytorch-fid class: a block of that network, {@code x}
 * to {@code y}.
 * </ul>
 *
 * <p>Other tensors are ignored.
 *
 * @param tolerance largest error that passes, relative to the largest magnitude of the expected output
 * @param device the device of the computation
 */
public record GoldenCheck(double tolerance, Device device) {
    /** What float32 networks of this depth reach on any hardware: about thirty times their own rounding errors. */
    public static final double DEFAULT_TOLERANCE = 1e-4;

    /**
     * The comparison of one output of one case.
     *
     * @param caseName the case; empty if it has no name
     * @param output the name of the whole network's output, such as {@code F} for the raw output and {@code f} for the
     *     model's, or of a part
     * @param maxAbsoluteError largest difference of any element
     * @param relativeError {@code maxAbsoluteError} divided by the largest magnitude of the expected output
     * @param passed whether the relative error is within the tolerance; false for NaN
     */
    public record Comparison(
            String caseName, String output, double maxAbsoluteError, double relativeError, boolean passed) {}

    /**
     * The result of a check.
     *
     * @param parameters the number of trainable parameters of the network
     * @param parts the recorded outputs of parts, in the order of computation
     * @param comparisons the outputs of the whole network, in the order of the file
     */
    public record Report(
            Path folder, long parameters, double tolerance, List<Comparison> parts, List<Comparison> comparisons) {
        public Report {
            parts = List.copyOf(parts);
            comparisons = List.copyOf(comparisons);
        }

        /** Whether every output matches, including those of the parts. */
        public boolean passed() {
            return firstDivergence().isEmpty();
        }

        /** The first output that does not match. Start there to find the cause of later differences. */
        public Optional<Comparison> firstDivergence() {
            return Stream.concat(parts.stream(), comparisons.stream())
                    .filter(comparison -> !comparison.passed())
                    .findFirst();
        }
    }

    public GoldenCheck {
        if (!(tolerance > 0)) {
            throw new IllegalArgumentException("tolerance must be positive, is " + tolerance);
        }
    }

    /** A check on the CPU at {@link #DEFAULT_TOLERANCE}. */
    public GoldenCheck() {
        this(DEFAULT_TOLERANCE, Device.CPU);
    }

    /** @throws UserException if the folder is incomplete or describes something that this library cannot check */
    public Report run(Path folder) {
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients();
                Precision.Guard guard = Precision.FP32.on(device.require())) {
            GoldenFolder golden = new GoldenFolder(folder);
            return golden.subject().check(this, golden);
        }
    }

    Comparison comparison(String caseName, String output, Tensor actual, Tensor expected) {
        double error = actual.sub(expected).abs().max().item_double();
        double relative = error == 0 ? 0 : error / expected.abs().max().item_double();
        return new Comparison(caseName, output, error, relative, relative <= tolerance);
    }
}
