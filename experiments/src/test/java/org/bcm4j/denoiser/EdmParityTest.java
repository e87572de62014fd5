package org.bcm4j.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bcm4j.interop.EdmNames;
import org.bcm4j.network.Conditioning;
import org.bcm4j.network.NcsnppConfig;
import org.bcm4j.network.NcsnppUNet;
import org.bcm4j.nn.Pass;
import org.bcm4j.parity.Fixture;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.terms.EdmDenoiser;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** EDM's own denoiser and sampler, recorded with a small NCSN++. Errors are relative to the largest value expected. */
class EdmParityTest {
    private static final NcsnppUNet NETWORK = new NcsnppUNet(new NcsnppConfig(
            32,
            3,
            8,
            List.of(1, 2, 2),
            2,
            List.of(16),
            new NcsnppConfig.Features.Fourier(16),
            NcsnppConfig.Encoder.RESIDUAL,
            NcsnppConfig.Decoder.STANDARD,
            List.of(1, 3, 3, 1),
            4,
            0,
            Conditioning.TIME,
            0,
            false));

    private Scope scope;
    private Fixture fixture;
    private Weights weights;
    private Denoiser denoiser;

    @BeforeEach
    void open() {
        scope = Scope.open();
        fixture = Fixture.open("ncsnpp_edm");
        Path file = fixture.folder().resolve("model.safetensors");
        EdmNames names = new EdmNames((NcsnppConfig) NETWORK.config());
        weights = Weights.zeros(NETWORK.layout(), testDevice());
        weights.load(names.convert(Safetensors.read(file).tensors(), file.toString()), file.toString());
        denoiser = new EdmDenoiser(NETWORK, Pass.evaluating(weights), Optional.empty());
    }

    @AfterEach
    void close() {
        weights.close();
        scope.close();
    }

    /** Measured: 5e-7. */
    @ParameterizedTest
    @ValueSource(strings = {"0.002", "0.1", "0.5", "3.0", "80.0"})
    void denoises(String sigma) {
        try (NoGradients noGrad = new NoGradients()) {
            String prefix = "D/sigma=" + sigma + "/";
            Tensor denoised =
                    denoiser.denoise(fixture.tensor(prefix + "x"), testDevice().floats(Double.parseDouble(sigma)));

            assertThat(Fixture.relativeError(denoised, fixture.tensor(prefix + "D")))
                    .isLessThan(1e-4);
        }
    }

    @Test
    void denoisesEachImageAtItsOwnScale() {
        try (NoGradients noGrad = new NoGradients()) {
            Tensor denoised = denoiser.denoise(fixture.tensor("D/per_sample/x"), fixture.tensor("D/per_sample/sigma"));

            assertThat(Fixture.relativeError(denoised, fixture.tensor("D/per_sample/D")))
                    .isLessThan(1e-4);
        }
    }

    /** Measured: 1.4e-6. */
    @ParameterizedTest
    @CsvSource({"5, 9, heun/out_5steps", "18, 35, heun/out"})
    void generates(int points, int nfe, String expected) {
        OdeSolution solution =
                new DeterministicSampler(OdeSolver.HEUN, points).generate(denoiser, fixture.tensor("heun/latents"));

        assertThat(solution.nfe()).isEqualTo(nfe);
        assertThat(Fixture.relativeError(solution.x(), fixture.tensor(expected)))
                .isLessThan(1e-4);
    }

    /** Measured: 1.2e-6. */
    @ParameterizedTest
    @CsvSource({"5, 8, heun_reverse/latent_5steps", "18, 34, heun_reverse/latent"})
    void inverts(int points, int nfe, String expected) {
        OdeSolution solution =
                new DeterministicSampler(OdeSolver.HEUN, points).invert(denoiser, fixture.tensor("heun_reverse/image"));

        assertThat(solution.nfe()).isEqualTo(nfe);
        assertThat(Fixture.relativeError(solution.x(), fixture.tensor(expected)))
                .isLessThan(1e-4);
    }
}
