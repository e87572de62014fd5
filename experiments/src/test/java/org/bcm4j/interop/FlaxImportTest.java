package org.bcm4j.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bcm4j.checkpoint.Checkpoint;
import org.bcm4j.checkpoint.MessagePackBytes;
import org.bcm4j.interop.CheckpointImport.Family;
import org.bcm4j.network.NcsnppConfig;
import org.bcm4j.nn.Pass;
import org.bcm4j.parity.Fixture;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files as the JAX code writes them, made of the weights that score SDE's PyTorch code recorded outputs of: the same network by Flax's names
 * and in its order of dimensions. Outputs agree to 1e-4 of the largest; measured: 6e-7.
 */
class FlaxImportTest {
    private static final double TOLERANCE = 1e-4;

    /** The classes of the recorded network's modules, in the order in which they run. */
    private static final List<String> CLASSES = List.of(("GaussianFourierProjection Dense Dense Conv"
                    + " Block Block Block Downsample"
                    + " Block AttnBlockpp Block AttnBlockpp Block Downsample"
                    + " Block Block"
                    + " Block AttnBlockpp Block"
                    + " Block Block Block Block"
                    + " Block Block Block AttnBlockpp Block"
                    + " Block Block Block GroupNorm Conv")
            .replace("Block ", "ResnetBlockBigGANpp ")
            .split(" "));

    @TempDir
    Path folder;

    private final Scope scope = Scope.open();
    private final Map<String, Tensor> flax = new LinkedHashMap<>();

    @BeforeEach
    void translate() {
        Map<String, Integer> counts = new HashMap<>();
        Map<String, Tensor> published = new LinkedHashMap<>(
                Safetensors.read(Fixture.folder("ncsnpp_song").resolve("model.safetensors"))
                        .tensors());
        published.remove("sigmas"); // A constant of the PyTorch code's that is saved along.
        for (int module = 0; module < CLASSES.size(); module++) {
            String kind = CLASSES.get(module);
            String theirs = kind + "_" + (counts.merge(kind, 1, Integer::sum) - 1) + "/";
            String ours = "all_modules." + module + ".";
            published.forEach((name, tensor) -> {
                if (name.startsWith(ours)) {
                    put(theirs, kind, name.substring(ours.length()), tensor);
                }
            });
        }
        assertThat(flax.size()).isEqualTo(published.size());
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private void put(String module, String kind, String name, Tensor tensor) {
        int dot = name.lastIndexOf('.');
        String layer = dot < 0 ? "" : name.substring(0, dot) + "/";
        String type = dot < 0 ? kind : name.substring(0, name.indexOf('_'));
        String parameter = name.substring(dot + 1);
        boolean weight = parameter.equals("weight");
        if (weight && type.equals("GroupNorm")) {
            parameter = "scale";
        } else if (weight && !type.equals("Conv2d")) {
            parameter = "kernel";
        }
        Tensor ordered = tensor;
        if (weight && tensor.dim() == 4) {
            ordered = tensor.permute(2, 3, 1, 0);
        } else if (weight && tensor.dim() == 2) {
            ordered = tensor.t();
        }
        flax.put(module + layer + parameter, ordered.contiguous());
    }

    @Test
    void scoreSdesNetworkComputesWhatWasRecorded() throws IOException {
        assertThat(relativeError(Family.SCORE_SDE)).isLessThan(TOLERANCE);
    }

    /** OpenAI's are told ¼·ln t: with four times the frequencies that is the same. */
    @Test
    void openAisNetworkComputesWhatWasRecorded() throws IOException {
        assertThat(relativeError(Family.OPENAI_CM)).isGreaterThan(0.01);
        flax.computeIfPresent("GaussianFourierProjection_0/W", (name, w) -> w.mul(scalar(4.0)));
        assertThat(relativeError(Family.OPENAI_CM)).isLessThan(TOLERANCE);
    }

    /** A training state holds the weights more than once, and an optimiser's moments of them. */
    @Test
    void oneOfSeveralSectionsIsChosen() throws IOException {
        Checkpoint state = Checkpoint.read(file(
                Map.of("params", flax, "params_ema", flax, "opt_state", under("0/mu/", flax), "rng_state", Map.of())));
        CheckpointImport reading = new CheckpointImport(Family.OPENAI_CM);
        assertThatThrownBy(() -> reading.weightsIn(state, Optional.empty()))
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith(": holds weights in [params, params_ema]; choose one with --section");
        assertThat(reading.weightsIn(state, Optional.of("params_ema")).tensors())
                .containsOnlyKeys(flax.keySet());
        Checkpoint single = Checkpoint.read(file(Map.of("params", flax)));
        assertThat(reading.weightsIn(single, Optional.empty()).tensors()).containsOnlyKeys(flax.keySet());
    }

    @Test
    void everythingThatDoesNotFitIsReported() throws IOException {
        flax.remove("AttnBlockpp_0/NIN_2/b");
        flax.computeIfPresent("Dense_0/kernel", (name, kernel) -> kernel.t().contiguous());
        flax.put("Upsample_0/Conv2d_0/weight", Device.CPU.zeros(1));
        assertThatThrownBy(() -> relativeError(Family.SCORE_SDE))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("3 tensors do not fit the network")
                .hasMessageContainingAll(
                        "AttnBlockpp_0/NIN_2/b is missing",
                        "Dense_0/kernel has shape [32, 16], the network needs [16, 32]",
                        "Upsample_0/Conv2d_0/weight has no place in the network");
    }

    private double relativeError(Family family) throws IOException {
        NcsnppConfig config = (NcsnppConfig) ((GoldenModel) new GoldenFolder(Fixture.folder("ncsnpp_song")).subject())
                .reference()
                .network();
        Fixture recorded = Fixture.open("ncsnpp_song");
        CheckpointImport reading = new CheckpointImport(family);
        Checkpoint weights = reading.weightsIn(Checkpoint.read(file(Map.of("params", flax))), Optional.empty());
        try (NoGradients noGrad = new NoGradients();
                Weights loaded = reading.load(weights, config, Device.CPU)) {
            Tensor t = recorded.tensor("time_cond");
            Tensor output = config.build().apply(Pass.evaluating(loaded), recorded.tensor("x"), t, t, Optional.empty());
            return Fixture.relativeError(output, recorded.tensor("out"));
        }
    }

    private static Map<String, Tensor> under(String prefix, Map<String, Tensor> tensors) {
        Map<String, Tensor> prefixed = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> prefixed.put(prefix + name, tensor));
        return prefixed;
    }

    /** Written as {@code flax.serialization} does: nested dictionaries, an array for every leaf. */
    private Path file(Map<String, Map<String, Tensor>> sections) throws IOException {
        Map<String, Object> tree = new LinkedHashMap<>();
        sections.forEach((section, tensors) -> {
            Map<String, Object> branch = new LinkedHashMap<>();
            tensors.forEach((name, tensor) -> plant(branch, List.of(name.split("/")), tensor));
            tree.put(section, branch.isEmpty() ? Device.CPU.zeros(2) : branch);
        });
        MessagePackBytes bytes = new MessagePackBytes();
        write(bytes, tree);
        return Files.write(folder.resolve("checkpoint_80"), bytes.bytes());
    }

    @SuppressWarnings("unchecked") // The tree is made of such maps and of tensors.
    private static void plant(Map<String, Object> tree, List<String> path, Tensor tensor) {
        if (path.size() == 1) {
            tree.put(path.get(0), tensor);
        } else {
            Object branch = tree.computeIfAbsent(path.get(0), name -> new LinkedHashMap<String, Object>());
            plant((Map<String, Object>) branch, path.subList(1, path.size()), tensor);
        }
    }

    private static void write(MessagePackBytes bytes, Object node) {
        if (node instanceof Map<?, ?> branch) {
            bytes.map(branch.size());
            branch.forEach((name, child) -> {
                bytes.text(Objects.toString(name));
                write(bytes, child);
            });
        } else if (node instanceof Tensor tensor) {
            double[] values = HostTensors.doubles(tensor);
            ByteBuffer content =
                    ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
            for (double value : values) {
                content.putFloat((float) value);
            }
            bytes.array(1, "float32", tensor.shape(), content.array());
        }
    }
}
