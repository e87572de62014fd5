package org.bcm4j.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.bcm4j.interop.GoldenCheck;
import org.bcm4j.interop.GoldenCheck.Comparison;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.AdmUNet;
import org.bcm4j.nn.Attention;
import org.bcm4j.nn.Pass;
import org.bcm4j.nn.Sinusoid;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The ADM U-Net of the published code, float32. Measured errors, relative to the largest output: 2e-6 for F and 1.3e-6
 * for f, over all fixtures; the tolerance of 1e-4 leaves room for other processors' kernels.
 */
class NetworkParityTest {
    private static final double TOLERANCE = 1e-4;

    @ParameterizedTest
    @CsvSource({"bcm_adm, 965571, 5", "bcm_adm_uncond, 379043, 2", "formula_bcm_adm_topo64, 6048483, 1"})
    void outputs(String fixture, long parameters, int cases) {
        GoldenCheck.Report report = new GoldenCheck().run(Fixture.folder(fixture));

        assertThat(report.parameters()).isEqualTo(parameters);
        assertThat(report.comparisons())
                .hasSize(2 * cases)
                .allSatisfy(comparison -> assertThat(comparison.relativeError()).isLessThan(TOLERANCE));
    }

    /**
     * The network of the paper's ImageNet experiment: 280 million parameters, 1.2 GB; 35 to 100 s on two cores.
     */
    @Test
    @Tag("large")
    void outputsOfTheImageNetNetwork() {
        GoldenCheck.Report report = new GoldenCheck().run(Fixture.folder("formula_bcm_adm_imagenet64_full"));

        assertThat(report.parameters()).isEqualTo(279_941_571);
        assertThat(report.comparisons())
                .extracting(Comparison::relativeError)
                .hasSize(2)
                .allSatisfy(error -> assertThat(error).isLessThan(TOLERANCE));
    }

    @Test
    void goingNowhereIsExact() {
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients();
                Weights weights = Fixture.bcmAdmWeights()) {
            Fixture fixture = Fixture.open("bcm_adm");
            Tensor x = fixture.tensor("u_eq_t/x_t");
            Tensor t = fixture.tensor("u_eq_t/t");
            Tensor f = new ConsistencyFunction(new AdmUNet(Fixture.BCM_ADM), ModelKind.BIDIRECTIONAL)
                    .apply(
                            Pass.evaluating(weights),
                            x,
                            t,
                            fixture.tensor("u_eq_t/u"),
                            Optional.of(fixture.tensor("y")));

            assertThat(f.equal(x)).isTrue();
            assertThat(f.equal(fixture.tensor("u_eq_t/f"))).isTrue();
        }
    }

    /**
     * An angle of up to 1,100 carries a rounding error of 6e-5 already; both sides round alike but for the last bit.
     */
    @ParameterizedTest
    @ValueSource(strings = {"bcm_adm", "bcm_adm_uncond"})
    void sinusoids(String name) {
        try (Scope scope = Scope.open();
                Weights weights = Fixture.bcmAdmWeights()) {
            Fixture fixture = Fixture.open(name);
            Pass pass = Pass.evaluating(weights);
            for (String time : new String[] {"t", "u"}) {
                Tensor features = new Sinusoid(32).apply(pass, fixture.tensor("u_lt_t/" + time));
                assertThat(Fixture.relativeError(features, fixture.tensor("u_lt_t/sinusoid_" + time)))
                        .isLessThan(2e-4);
            }
        }
    }

    @Test
    void attention() {
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients();
                Weights weights = Fixture.bcmAdmWeights()) {
            Fixture fixture = Fixture.open("bcm_adm");
            Tensor x = fixture.tensor("u_lt_t/act/middle_block.0");
            Tensor attended =
                    x.add(Attention.adm("middle_block.1", 64, 16, true).apply(Pass.evaluating(weights), x));

            // One layer: 1e-5, which the default of libtorch's own tests allows a matrix product.
            assertThat(Fixture.relativeError(attended, fixture.tensor("u_lt_t/act/middle_block.1")))
                    .isLessThan(1e-5);
        }
    }
}
