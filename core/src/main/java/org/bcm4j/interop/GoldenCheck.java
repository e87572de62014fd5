package org.bcm4j.interop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.Preconditioning;
import org.bcm4j.nn.Pass;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bcm4j.unet.AdmConfig;
import org.bcm4j.unet.AdmUNet;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Compares this library's outputs with recorded ones, in float32: what {@code bcm check DIR} does.
 *
 * <p>The folder holds {@code config.json}, with the {@code arch} and {@code kwargs} of the published BCM code's
 * network; {@code model.safetensors}, or a {@code SALT} for {@link FormulaWeights} in the configuration; and {@code
 * io.safetensors} with one or more cases: {@code CASE/x_t} [B,C,H,W], {@code CASE/t} and {@code CASE/u} [B], and what
 * is expected of them, the network's raw output {@code CASE/F} and the model's, {@code CASE/f}, both [B,C,H,W]. A
 * single case needs no {@code CASE/}. Class indices {@code y} [B] serve every case. Other tensors are ignored.
 *
 * @param tolerance largest error that passes, relative to the largest magnitude of the expected output
 * @param device where to compute
 */
public record GoldenCheck(double tolerance, Device device) {
    /** What float32 networks of this depth reach on any hardware: some thirty times their own rounding errors. */
    public static final double DEFAULT_TOLERANCE = 1e-4;

    /**
     * One output of one case.
     *
     * @param caseName the case; empty if the folder holds a single one without a name
     * @param output {@code F}, the raw output, or {@code f}, the model's
     * @param maxAbsoluteError largest difference of any element
     * @param relativeError the same, divided by the largest magnitude of the expected output
     * @param passed whether the relative error is a number within the tolerance
     */
    public record Comparison(
            String caseName, String output, double maxAbsoluteError, double relativeError, boolean passed) {}

    /**
     * What a check found.
     *
     * @param parameters trainable numbers of the network
     * @param comparisons two for each case, in the order of the file
     */
    public record Report(Path folder, long parameters, double tolerance, List<Comparison> comparisons) {
        public Report {
            comparisons = List.copyOf(comparisons);
        }

        /** Whether every output agrees. */
        public boolean passed() {
            return comparisons.stream().allMatch(Comparison::passed);
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

    /** @throws UserException if the folder is incomplete or describes what this library can not check */
    public Report run(Path folder) {
        GoldenFolder golden = new GoldenFolder(folder);
        AdmConfig config = golden.network();
        AdmUNet network = new AdmUNet(config);
        try (Scope scope = Scope.open();
                NoGradGuard noGrad = new NoGradGuard();
                Precision.Guard guard = Precision.FP32.on(device.require())) {
            Recordings recordings = new Recordings(golden.recordings(), config, device);
            try (Weights weights = golden.weights(network.layout(), device)) {
                ConsistencyFunction function = new ConsistencyFunction(network, Preconditioning.BIDIRECTIONAL);
                List<Comparison> comparisons = new ArrayList<>();
                for (String prefix : recordings.prefixes()) {
                    comparisons.addAll(compare(function, Pass.evaluating(weights), recordings, prefix));
                }
                return new Report(folder, network.layout().parameterCount(), tolerance, comparisons);
            }
        }
    }

    private List<Comparison> compare(ConsistencyFunction function, Pass pass, Recordings recordings, String prefix) {
        try (Scope scope = Scope.open()) {
            Tensor x = recordings.points(prefix);
            Tensor t = recordings.times(prefix + "t", x.size(0));
            Tensor u = recordings.times(prefix + "u", x.size(0));
            Optional<Tensor> labels = recordings.labels(x.size(0));
            Tensor raw = recordings.images(prefix + "F", x.size(0));
            Tensor mapped = recordings.images(prefix + "f", x.size(0));
            return List.of(
                    comparison(prefix, "F", function.raw(pass, x, t, u, labels), raw),
                    comparison(prefix, "f", function.apply(pass, x, t, u, labels), mapped));
        }
    }

    private Comparison comparison(String prefix, String output, Tensor actual, Tensor expected) {
        String caseName = prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
        double error = actual.sub(expected).abs().max().item_double();
        double relative = error == 0 ? 0 : error / expected.abs().max().item_double();
        return new Comparison(caseName, output, error, relative, relative <= tolerance);
    }
}
