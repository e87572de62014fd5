package org.bcm4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.interop.EdmNames;
import org.bcm4j.interop.FormulaWeights;
import org.bcm4j.interop.ScoreSdeNames;
import org.bcm4j.network.NcsnppConfig.Decoder;
import org.bcm4j.network.NcsnppConfig.Encoder;
import org.bcm4j.network.NcsnppConfig.Features;
import org.bcm4j.nn.Pass;
import org.bcm4j.nn.Perceptron;
import org.bcm4j.parity.Fixture;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * NCSN++ and DDPM++ of EDM's code and of score SDE's, float32. Measured errors, relative to the largest output: 9e-7 for
 * F of the small networks and 2e-6 for the full ones, 7e-7 and 3e-6 for D; the tolerance of 1e-4 leaves room for other
 * processors' kernels.
 */
class NcsnppParityTest {
    private static final double TOLERANCE = 1e-4;
    private static final String[] SCALES = {"0.002", "0.1", "0.5", "3.0", "80.0"};

    private static NcsnppConfig config(boolean ncsnpp, double scale, int width, List<Integer> multipliers, int blocks) {
        return new NcsnppConfig(
                32,
                3,
                width,
                multipliers,
                blocks,
                List.of(16),
                ncsnpp ? new Features.Fourier(scale) : new Features.Positional(),
                ncsnpp ? Encoder.RESIDUAL : Encoder.STANDARD,
                Decoder.STANDARD,
                ncsnpp ? List.of(1, 3, 3, 1) : List.of(1, 1),
                4,
                0,
                Conditioning.TIME,
                0,
                false);
    }

    private static NcsnppConfig small(String fixture) {
        double scale = fixture.equals("ncsnpp_song") ? 0.02 : 16;
        return config(fixture.startsWith("ncsnpp"), scale, 8, List.of(1, 2, 2), 2);
    }

    private static NcsnppConfig full(String fixture) {
        return config(fixture.contains("ncsnpp"), 16, 128, List.of(2, 2, 2), 4);
    }

    private static Weights weights(String fixture) {
        NcsnppConfig config = small(fixture);
        Weights weights = Weights.zeros(config.build().layout(), testDevice());
        try (Scope scope = Scope.open()) {
            String file = Fixture.folder(fixture).resolve("model.safetensors").toString();
            Map<String, Tensor> published = Safetensors.read(
                            Fixture.folder(fixture).resolve("model.safetensors"))
                    .tensors();
            weights.load(
                    fixture.equals("ncsnpp_song")
                            ? new ScoreSdeNames(config, ScoreSdeNames.Argument.LOG).convert(published, file)
                            : new EdmNames(config).convert(published, file),
                    file);
        }
        return weights;
    }

    /** What EDM calls noise labels are ¼·ln t. */
    private static Tensor times(Tensor noiseLabels) {
        double[] times = HostTensors.doubles(noiseLabels);
        for (int i = 0; i < times.length; i++) {
            times[i] = Math.exp(4 * times[i]);
        }
        return testDevice().floats(times);
    }

    private static Tensor run(NcsnppConfig config, Weights weights, Tensor x, Tensor t) {
        return config.build().apply(Pass.evaluating(weights), x, t, t, Optional.empty());
    }

    /** EDM's denoiser D(x; σ). */
    private static Tensor denoised(NcsnppConfig config, Weights weights, Tensor x, Tensor sigma) {
        Tensor variance = sigma.square().add(scalar(0.25));
        Tensor raw = run(config, weights, x.mul(perImage(variance.rsqrt())), sigma);
        Tensor skip = variance.reciprocal().mul(scalar(0.25));
        Tensor out = sigma.mul(scalar(0.5)).mul(variance.rsqrt());
        return perImage(skip).mul(x).add(perImage(out).mul(raw));
    }

    private static Tensor perImage(Tensor coefficient) {
        return coefficient.view(-1, 1, 1, 1);
    }

    private static void assertClose(Tensor actual, Fixture fixture, String name, double tolerance) {
        double error = Fixture.relativeError(actual, fixture.tensor(name));
        assertThat(error).as(name).isLessThan(tolerance);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ncsnpp_edm", "ddpmpp_edm"})
    void outputsOfEdmsNetworks(String name) {
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients();
                Weights weights = weights(name)) {
            Fixture fixture = Fixture.open(name);
            NcsnppConfig config = small(name);
            assertClose(
                    run(config, weights, fixture.tensor("x"), times(fixture.tensor("noise_labels"))),
                    fixture,
                    "F",
                    TOLERANCE);
            for (String scale : SCALES) {
                Tensor x = fixture.tensor("D/sigma=" + scale + "/x");
                Tensor sigma = testDevice().floats(Double.parseDouble(scale));
                assertClose(denoised(config, weights, x, sigma), fixture, "D/sigma=" + scale + "/D", TOLERANCE);
            }
            Tensor each =
                    denoised(config, weights, fixture.tensor("D/per_sample/x"), fixture.tensor("D/per_sample/sigma"));
            assertClose(each, fixture, "D/per_sample/D", TOLERANCE);
        }
    }

    /** Module by module, each given what was recorded before it where that was. */
    @ParameterizedTest
    @ValueSource(strings = {"ncsnpp_edm", "ddpmpp_edm"})
    void activationsOfEdmsNetworks(String name) {
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients();
                Weights weights = weights(name)) {
            Fixture fixture = Fixture.open(name);
            Pass pass = Pass.evaluating(weights);
            NcsnppConfig config = small(name);
            NcsnppEmbedding whole = NcsnppEmbedding.of(config);
            Perceptron perceptron = ((TimeEmbedding.TimeOnly) whole.times()).embed();

            Tensor features = whole.features().ofArgument(pass, fixture.tensor("noise_labels"));
            assertClose(swapped(features), fixture, "act/map_noise", 1e-5);
            Tensor first = perceptron.first().apply(pass, features);
            assertClose(first, fixture, "act/map_layer0", 1e-5);
            assertClose(perceptron.apply(pass, features), fixture, "act/map_layer1", 1e-5);

            Tensor embedding = torch.silu(fixture.tensor("act/map_layer1"));
            List<Tensor> skips = new ArrayList<>(NcsnppEncoder.of(config).apply(pass, fixture.tensor("x"), embedding));
            Collections.reverse(skips);
            assertClose(skips.get(0), fixture, "act/enc.32x32_conv", 1e-5);
            assertClose(skips.get(8), fixture, "act/enc.8x8_block1", 1e-5);

            List<NcsnppDecoder.Level> up = NcsnppDecoder.of(config).levels();
            Tensor h = up.get(0).entry().get(0).apply(pass, fixture.tensor("act/enc.8x8_block1"), embedding);
            assertClose(h, fixture, "act/dec.8x8_in0", 1e-5);
            h = up.get(0).entry().get(1).apply(pass, fixture.tensor("act/dec.8x8_in0"), embedding);
            assertClose(h, fixture, "act/dec.8x8_in1", 1e-5);
            for (int i = 0; i < 3; i++) {
                Tensor joined = cat(1, h, skips.get(8 - i));
                h = up.get(0).blocks().get(i).apply(pass, joined, embedding);
            }
            assertClose(up.get(1).entry().get(0).apply(pass, h, embedding), fixture, "act/dec.16x16_up", 1e-5);

            NcsnppEncoder.Level lower = NcsnppEncoder.of(config).lower().get(0);
            Tensor halved = lower.down().apply(pass, skips.get(2), embedding);
            assertClose(halved, fixture, "act/enc.16x16_down", 1e-5);
            if (lower.pyramid() instanceof NcsnppInputPyramid.Residual residual) {
                Tensor entering = residual.convolution().apply(pass, fixture.tensor("x"));
                assertClose(entering, fixture, "act/enc.16x16_aux_residual", 1e-5);
            } else {
                assertClose(skips.get(6), fixture, "act/enc.8x8_down", 1e-5);
            }
        }
    }

    /** EDM records its features as cosines, then sines, and swaps them afterwards. */
    private static Tensor swapped(Tensor features) {
        TensorVector halves = features.chunk(2, 1);
        return cat(1, halves.get(1), halves.get(0));
    }

    @Test
    void outputsAndActivationsOfScoreSdesNetwork() {
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients();
                Weights weights = weights("ncsnpp_song")) {
            Fixture fixture = Fixture.open("ncsnpp_song");
            Pass pass = Pass.evaluating(weights);
            NcsnppConfig config = small("ncsnpp_song");
            Tensor x = fixture.tensor("x");
            Tensor t = fixture.tensor("time_cond");
            assertClose(run(config, weights, x, t), fixture, "out", TOLERANCE);

            NcsnppEmbedding whole = NcsnppEmbedding.of(config);
            Perceptron perceptron = ((TimeEmbedding.TimeOnly) whole.times()).embed();
            Tensor features = whole.features().apply(pass, t);
            assertClose(features, fixture, "act/all_modules.0", 1e-5);
            assertClose(perceptron.first().apply(pass, features), fixture, "act/all_modules.1", 1e-5);
            Tensor embedding = perceptron.apply(pass, features);
            assertClose(embedding, fixture, "act/all_modules.2", 1e-5);

            List<Tensor> skips = new ArrayList<>(NcsnppEncoder.of(config).apply(pass, x, torch.silu(embedding)));
            Collections.reverse(skips);
            assertClose(skips.get(0), fixture, "act/all_modules.3", 1e-5);
            assertClose(skips.get(1), fixture, "act/all_modules.4", 1e-5);
            assertClose(skips.get(2), fixture, "act/all_modules.5", 1e-5);
        }
    }

    /** bfloat16 has 8 bits: 4e-3 a rounding. Measured: 1.5e-2 for F; 1.1e-2 for the gradient, by norm. */
    @ParameterizedTest
    @ValueSource(strings = {"ncsnpp_edm", "ddpmpp_edm"})
    void bfloat16ComesClose(String name) {
        try (Scope scope = Scope.open();
                Weights weights = weights(name);
                Weights precise = weights.trainable();
                Weights rounded = weights.trainable()) {
            Fixture fixture = Fixture.open(name);
            Tensor expected = runAndDifferentiate(name, precise, Precision.FP32);
            Tensor output = runAndDifferentiate(name, rounded, Precision.BF16);

            assertThat(output.scalar_type().intern()).isEqualTo(torch.ScalarType.Float);
            assertClose(output, fixture, "F", 0.05);
            assertThat(Fixture.relativeError(output, expected)).isGreaterThan(1e-4);
            double error = Fixture.relativeErrorOfNorm(rounded.gradient(), precise.gradient());
            assertThat(error).isBetween(1e-4, 0.05);
        }
    }

    private static Tensor runAndDifferentiate(String name, Weights weights, Precision precision) {
        Fixture fixture = Fixture.open(name);
        Tensor output;
        try (Precision.Guard guard = precision.on(testDevice())) {
            output = run(small(name), weights, fixture.tensor("x"), times(fixture.tensor("noise_labels")));
        }
        output.square().mean().backward();
        return output;
    }

    /** EDM counts no frequencies, which it does not train; score SDE does not train its own, but counts them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ncsnpp_edm",
                "ddpmpp_edm",
                "ncsnpp_song",
                "formula_ncsnpp_cifar10_full",
                "formula_ddpmpp_cifar10_full"
            })
    void parameterCounts(String name) {
        NcsnppConfig config = name.startsWith("formula") ? full(name) : small(name);
        int uncounted = name.contains("ncsnpp") && !name.contains("song") ? config.width() : 0;
        try (Scope scope = Scope.open()) {
            long params = Fixture.open(name).config().path("params").longValue();
            assertThat(config.build().layout().parameterCount()).isEqualTo(params + uncounted);
        }
    }

    /** The networks of CIFAR-10's size: 56 million parameters; 20 to 95 s on a busy core. */
    @ParameterizedTest
    @Tag("large")
    @ValueSource(strings = {"formula_ncsnpp_cifar10_full", "formula_ddpmpp_cifar10_full"})
    void outputsOfFullSize(String name) {
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients()) {
            Fixture fixture = Fixture.open(name);
            NcsnppConfig config = full(name);
            try (Weights weights = formula(config, fixture.config().path("SALT").longValue())) {
                Tensor t = times(fixture.tensor("noise_labels"));
                assertClose(run(config, weights, fixture.tensor("x"), t), fixture, "F", TOLERANCE);
                Tensor x = fixture.tensor("D_x");
                Tensor sigma = fixture.tensor("D_sigma").expand(x.size(0));
                assertClose(denoised(config, weights, x, sigma), fixture, "D", TOLERANCE);
            }
        }
    }

    /** The formula hashes the names of EDM's checkpoints. */
    private static Weights formula(NcsnppConfig config, long salt) {
        Weights weights = Weights.zeros(config.build().layout(), testDevice());
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> published = new LinkedHashMap<>();
            weights.views().forEach((ours, view) -> {
                String name = "model." + ours;
                float[] values = new FormulaWeights(salt).values(name, view.shape());
                published.put(name, HostTensors.ofFloats(values, view.shape()));
            });
            weights.load(new EdmNames(config).convert(published, "formula"), "formula");
        }
        return weights;
    }
}
