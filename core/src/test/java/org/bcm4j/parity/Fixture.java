package org.bcm4j.parity;

import static org.bcm4j.tensor.TestDevice.testDevice;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.AdmUNet;
import org.bcm4j.network.Conditioning;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Numbers recorded from a public reference implementation: a folder of {@code src/test/resources/parity}, described in
 * its README.
 */
public record Fixture(Path folder, Map<String, Tensor> tensors) {
    /** The network of the fixture {@code bcm_adm}, which several others use. */
    public static final AdmConfig BCM_ADM = new AdmConfig(
            16,
            3,
            1,
            0,
            32,
            List.of(1, 1, 2),
            1,
            List.of(8, 4),
            16,
            false,
            0,
            16,
            Conditioning.ALIGNED,
            10,
            false,
            true);

    /** Reads a fixture's tensors into the caller's {@link Scope}, on the device of the tests. */
    public static Fixture open(String name) {
        Path folder = folder(name);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Safetensors.read(folder.resolve("io.safetensors"))
                .tensors()
                .forEach((key, tensor) -> tensors.put(key, testDevice().move(tensor)));
        return new Fixture(folder, tensors);
    }

    /** Where a fixture lies. */
    public static Path folder(String name) {
        URL resource = Objects.requireNonNull(Fixture.class.getResource("/parity/" + name), name);
        try {
            return Path.of(resource.toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** The weights of {@link #BCM_ADM}; the caller closes them. */
    public static Weights bcmAdmWeights() {
        Weights weights = Weights.zeros(new AdmUNet(BCM_ADM).layout(), testDevice());
        try (Scope scope = Scope.open()) {
            Path file = folder("bcm_adm").resolve("model.safetensors");
            weights.load(Safetensors.read(file).tensors(), file.toString());
        }
        return weights;
    }

    public Tensor tensor(String name) {
        return Objects.requireNonNull(tensors.get(name), () -> folder + " has no " + name);
    }

    public double[] doubles(String name) {
        return HostTensors.doubles(tensor(name));
    }

    public JsonNode config() {
        try {
            return JsonMapper.builder().build().readTree(Files.readString(folder.resolve("config.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The largest difference of any element, relative to the largest magnitude that is expected. */
    public static double relativeError(Tensor actual, Tensor expected) {
        try (Scope scope = Scope.open()) {
            Tensor difference = testDevice()
                    .move(actual.detach())
                    .sub(testDevice().move(expected))
                    .abs();
            return difference.max().item_double() / expected.abs().max().item_double();
        }
    }

    /** ‖actual − expected‖ / ‖expected‖. */
    public static double relativeErrorOfNorm(Tensor actual, Tensor expected) {
        try (Scope scope = Scope.open()) {
            double difference = testDevice()
                    .move(actual.detach())
                    .sub(testDevice().move(expected))
                    .norm()
                    .item_double();
            return difference / expected.norm().item_double();
        }
    }
}
