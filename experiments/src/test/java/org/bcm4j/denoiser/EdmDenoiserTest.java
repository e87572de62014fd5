package org.bcm4j.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.Optional;
import org.bcm4j.network.AdmUNet;
import org.bcm4j.network.Conditioning;
import org.bcm4j.nn.Pass;
import org.bcm4j.parity.Fixture;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.BidirectionalInitialization;
import org.bcm4j.training.IctFixture;
import org.bcm4j.training.terms.EdmDenoiser;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class EdmDenoiserTest {
    /** A network of the published iCT code, run with EDM's scalings there. Measured: 8e-7 of the largest output. */
    @Test
    void agreesWithARecordedDenoiser() {
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients();
                Weights weights = IctFixture.weights()) {
            Fixture fixture = IctFixture.open();
            Tensor denoised = denoise(IctFixture.network(Conditioning.TIME), weights, fixture);

            assertThat(Fixture.relativeError(denoised, fixture.tensor("ict/f_edm_scalings")))
                    .isLessThan(1e-4);
        }
    }

    @Test
    void aNetworkThatIsToldUAsWellServesToo() {
        AdmUNet aligned = IctFixture.network(Conditioning.ALIGNED);
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients();
                Weights time = IctFixture.weights();
                Weights both = BidirectionalInitialization.from(time, "ict_adm", aligned.layout(), testDevice())) {
            Fixture fixture = IctFixture.open();

            assertThat(denoise(aligned, both, fixture)
                            .equal(denoise(IctFixture.network(Conditioning.TIME), time, fixture)))
                    .isTrue();
        }
    }

    private static Tensor denoise(AdmUNet network, Weights weights, Fixture fixture) {
        return new EdmDenoiser(network, Pass.evaluating(weights), Optional.of(fixture.tensor("y")))
                .denoise(fixture.tensor("x_t"), fixture.tensor("t"));
    }
}
