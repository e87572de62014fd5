package org.bcm4j.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.scalar;

import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.interop.EdmNames;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.OnnxFile;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.network.NcsnppConfig;
import org.bcm4j.network.NcsnppConfig.Decoder;
import org.bcm4j.network.NcsnppConfig.Encoder;
import org.bcm4j.network.NcsnppConfig.Features;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.nn.Pass;
import org.bcm4j.parity.Fixture;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is written computes what we compute, and what others recorded, in an engine that is not ours: float32, relative to the largest output.
 * Measured: 9e-7.
 */
class OnnxFileTest {
    private static final double TOLERANCE = 1e-4;
    private static final AdmConfig UNLABELLED = new AdmConfig(
            16, 3, 1, 0, 32, List.of(1, 1), 1, List.of(16, 8), 16, false, 0, 16, Conditioning.ALIGNED, 0, false, true);
    private static final AdmConfig TIME_ONLY = new AdmConfig(
            16, 3, 1, 0, 32, List.of(1, 1), 1, List.of(16, 8), 16, false, 0, 16, Conditioning.TIME, 10, false, true);

    @TempDir
    Path directory;

    private Scope scope;
    private NoGradients noGrad;

    @BeforeEach
    void open() {
        scope = Scope.open();
        noGrad = new NoGradients();
    }

    @AfterEach
    void close() {
        noGrad.close();
        scope.close();
    }

    @ParameterizedTest
    @CsvSource({
        "bcm_adm, u_lt_t",
        "bcm_adm, u_gt_t",
        "bcm_adm, u_eq_t",
        "bcm_adm, u_min",
        "bcm_adm, u_lt_t_close",
        "bcm_adm_uncond, u_lt_t",
        "bcm_adm_uncond, u_gt_t"
    })
    void recordedOutputsOfThePublishedNetwork(String name, String recordedCase) throws OrtException {
        AdmConfig network = name.equals("bcm_adm") ? Fixture.BCM_ADM : UNLABELLED;
        Fixture fixture = Fixture.open(name);
        Tensor y;
        try (Weights weights = stored(name, network);
                OnnxEngine engine = written(network, ModelKind.BIDIRECTIONAL, weights)) {
            y = engine.run(
                    fixture.tensor(recordedCase + "/x_t"),
                    fixture.tensor(recordedCase + "/t"),
                    fixture.tensor(recordedCase + "/u"),
                    network.classes() == 0 ? Optional.empty() : Optional.of(fixture.tensor("y")));
        }
        assertClose(y, fixture.tensor(recordedCase + "/f"));
    }

    /** u goes in, for all models are called alike, and is ignored. */
    @Test
    void recordedOutputsOfAPlainConsistencyModel() throws OrtException {
        Fixture fixture = Fixture.open("ict_adm");
        Tensor t = fixture.tensor("t");
        try (Weights weights = stored("ict_adm", TIME_ONLY);
                OnnxEngine engine = written(TIME_ONLY, ModelKind.CONSISTENCY, weights)) {
            Tensor y = engine.run(fixture.tensor("x_t"), t, t, Optional.of(fixture.tensor("y")));
            assertClose(y, fixture.tensor("ict/f"));
        }
    }

    @ParameterizedTest
    @CsvSource({"ncsnpp_edm, RESIDUAL", "ddpmpp_edm, STANDARD"})
    void recordedOutputsOfADenoiser(String name, Encoder encoder) throws OrtException {
        boolean ncsnpp = encoder == Encoder.RESIDUAL;
        NcsnppConfig network = new NcsnppConfig(
                32,
                3,
                8,
                List.of(1, 2, 2),
                2,
                List.of(16),
                ncsnpp ? new Features.Fourier(16) : new Features.Positional(),
                encoder,
                Decoder.STANDARD,
                ncsnpp ? List.of(1, 3, 3, 1) : List.of(1, 1),
                4,
                0,
                Conditioning.TIME,
                0,
                false);
        Fixture fixture = Fixture.open(name);
        Tensor sigma = fixture.tensor("D/per_sample/sigma");
        try (Weights weights = Weights.zeros(network.build().layout(), Device.CPU)) {
            Path file = Fixture.folder(name).resolve("model.safetensors");
            weights.load(
                    new EdmNames(network).convert(Safetensors.read(file).tensors(), file.toString()), file.toString());
            try (OnnxEngine engine = written(network, ModelKind.DENOISER, weights)) {
                Tensor y = engine.run(fixture.tensor("D/per_sample/x"), sigma, sigma, Optional.empty());
                assertClose(y, fixture.tensor("D/per_sample/D"));
            }
        }
    }

    /** Every option of an ADM U-Net, in batches of three sizes. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, false, JOINT, 0, false",
        "2, 0, true, JOINT, 3, true",
        "2, 6, true, JOINT, 3, true",
        "2, 0, false, TIME, 0, false",
        "1, 0, true, ALIGNED, 3, false"
    })
    void everyAdmComputesTheSame(
            int patch, int fineWidth, boolean scaleShift, Conditioning conditioning, int classes, boolean nullClass)
            throws OrtException {
        int side = 16 / patch;
        AdmConfig network = new AdmConfig(
                16,
                2,
                patch,
                fineWidth,
                8,
                List.of(1, 2),
                1,
                List.of(side / 2),
                8,
                scaleShift,
                0.1,
                16,
                conditioning,
                classes,
                nullClass,
                true);
        assertSame(network);
    }

    /** Every part of an NCSN++, in batches of three sizes. */
    @ParameterizedTest
    @CsvSource({
        "RESIDUAL, STANDARD, JOINT, 0",
        "RESIDUAL, OUTPUT_SKIP, ALIGNED, 3",
        "INPUT_SKIP, OUTPUT_SKIP, TIME, 3",
        "INPUT_SKIP, STANDARD, JOINT, 2",
        "STANDARD, STANDARD, ALIGNED, 0"
    })
    void everyNcsnppComputesTheSame(Encoder encoder, Decoder decoder, Conditioning conditioning, int classes)
            throws OrtException {
        NcsnppConfig network = new NcsnppConfig(
                16,
                2,
                8,
                List.of(1, 2, 1),
                1,
                List.of(8),
                classes == 3 ? new Features.Positional() : new Features.Fourier(0.02),
                encoder,
                decoder,
                encoder == Encoder.STANDARD ? List.of(1, 1) : List.of(1, 3, 3, 1),
                4,
                0,
                conditioning,
                classes,
                classes > 0);
        assertSame(network);
    }

    private void assertSame(NetworkConfig network) throws OrtException {
        ModelKind kind = network.conditioning() == Conditioning.TIME ? ModelKind.CONSISTENCY : ModelKind.BIDIRECTIONAL;
        ConsistencyFunction function = new ConsistencyFunction(network.build(), kind);
        try (SeededGenerator generator = new SeededGenerator(5, Device.CPU);
                Weights weights = Weights.zeros(network.build().layout(), Device.CPU)) {
            weights.views()
                    .values()
                    .forEach(view -> view.copy_(generator.normal(view.shape()).mul(scalar(0.2))));
            try (OnnxEngine engine = written(network, kind, weights)) {
                for (int count : new int[] {3, 1, 5}) {
                    Tensor x = generator.normal(count, 2, 16, 16);
                    Tensor t = generator.normal(count).exp();
                    Tensor u = generator.normal(count).exp();
                    Optional<Tensor> labels = network.classes() == 0
                            ? Optional.empty()
                            : Optional.of(Device.CPU.integers(2, 0, 1, 2, 1).narrow(0, 0, count));
                    Tensor expected = function.apply(Pass.evaluating(weights), x, t, u, labels);
                    assertClose(engine.run(x, t, u, labels), expected);
                }
            }
        }
    }

    @Test
    void saysWhatItTakesAndWhatItIs() throws OrtException {
        ModelConfig config = config(Fixture.BCM_ADM, ModelKind.BIDIRECTIONAL);
        try (Weights weights = Fixture.bcmAdmWeights();
                OnnxEngine engine = written(Fixture.BCM_ADM, ModelKind.BIDIRECTIONAL, weights)) {
            assertThat(engine.inputs())
                    .isEqualTo(Map.of(
                            "x",
                            "FLOAT [-1, 3, 16, 16]",
                            "t",
                            "FLOAT [-1]",
                            "u",
                            "FLOAT [-1]",
                            "labels",
                            "INT64 [-1]"));
            assertThat(engine.outputs()).isEqualTo(Map.of("y", "FLOAT [-1, 3, 16, 16]"));
            String json = engine.metadata().getOrDefault("config", "");
            assertThat(ConfigFile.parse(json, "metadata", ModelConfig.class)).isEqualTo(config);
        }
    }

    @Test
    void theSameModelGivesTheSameBytes() {
        try (Weights weights = Fixture.bcmAdmWeights()) {
            Path first = directory.resolve("first.onnx");
            Path second = directory.resolve("second.onnx");
            ModelConfig config = config(Fixture.BCM_ADM, ModelKind.BIDIRECTIONAL);
            OnnxFile.write(first, config, weights);
            OnnxFile.write(second, config, weights);
            assertThat(second).hasSameBinaryContentAs(first);
        }
    }

    private OnnxEngine written(NetworkConfig network, ModelKind kind, Weights weights) throws OrtException {
        Path file = directory.resolve("model.onnx");
        OnnxFile.write(file, config(network, kind), weights);
        return new OnnxEngine(file);
    }

    private static ModelConfig config(NetworkConfig network, ModelKind kind) {
        return new ModelConfig(ModelConfig.FORMAT, kind, network, "nothing", List.of());
    }

    private static Weights stored(String name, AdmConfig network) {
        Path file = Fixture.folder(name).resolve("model.safetensors");
        Weights weights = Weights.zeros(network.build().layout(), Device.CPU);
        weights.load(Safetensors.read(file).tensors(), file.toString());
        return weights;
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double error = Fixture.relativeError(actual, expected);
        assertThat(error).isLessThan(TOLERANCE);
    }
}
