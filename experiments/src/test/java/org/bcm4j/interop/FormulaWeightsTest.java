package org.bcm4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.bcm4j.parity.Fixture;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class FormulaWeightsTest {
    /** First values bit for bit, sums to the rounding of their order. */
    @ParameterizedTest
    @ValueSource(strings = {"formula_bcm_adm_topo64", "formula_bcm_adm_imagenet64_full"})
    void valuesAreTheRecordedOnes(String name) {
        JsonNode config;
        try (Scope scope = Scope.open()) {
            config = Fixture.open(name).config();
        }
        FormulaWeights formula = new FormulaWeights(config.path("SALT").longValue());
        JsonNode checks = config.path("weights_check");
        assertThat(checks.propertyNames()).hasSize(7);
        for (String parameter : checks.propertyNames()) {
            JsonNode check = checks.path(parameter);
            long[] shape = new long[check.path("shape").size()];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = check.path("shape").path(i).longValue();
            }
            float[] values = formula.values(parameter, shape);
            double sum = 0;
            double magnitudes = 0;
            for (float value : values) {
                sum += value;
                magnitudes += Math.abs(value);
            }
            for (int i = 0; i < 4; i++) {
                assertThat((double) values[i])
                        .isEqualTo(check.path("first4").path(i).doubleValue());
            }
            assertThat(sum).isCloseTo(check.path("sum").doubleValue(), Offset.offset(1e-10 * magnitudes));
            assertThat(magnitudes).isCloseTo(check.path("abssum").doubleValue(), Offset.offset(1e-10 * magnitudes));
        }
    }
}
