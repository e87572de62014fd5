package org.bcm4j.training.terms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import org.assertj.core.data.Offset;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.Tensor;

class PseudoHuberTest {
    private static final int DIMENSION = 2 * 3 * 3;

    @Property(tries = 50)
    void isTheFormulaOfEachImage(
            @ForAll long seed,
            @ForAll @Scale(6) @DoubleRange(min = 0.001, max = 1) double c,
            @ForAll @DoubleRange(min = 0.01, max = 10) double scale) {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(seed, testDevice())) {
            Tensor a = generator.normal(4, 2, 3, 3);
            Tensor b = a.add(generator.normal(4, 2, 3, 3).mul(scalar(scale)));
            double[] distance = HostTensors.doubles(new PseudoHuber(c, false).apply(a, b));
            double[] backwards = HostTensors.doubles(new PseudoHuber(c, false).apply(b, a));
            double[] published = HostTensors.doubles(new PseudoHuber(c, true).apply(a, b));
            double[] first = HostTensors.doubles(a);
            double[] second = HostTensors.doubles(b);
            for (int i = 0; i < 4; i++) {
                double squares = 0;
                for (int j = i * DIMENSION; j < (i + 1) * DIMENSION; j++) {
                    squares += (first[j] - second[j]) * (first[j] - second[j]);
                }
                double expected = Math.sqrt(squares + c * c) - c;
                Offset<Double> rounding = Offset.offset(1e-6 * (expected + c));
                assertThat(distance[i]).isCloseTo(expected, rounding).isEqualTo(backwards[i]);
                assertThat(published[i]).isCloseTo(expected / Math.sqrt(DIMENSION), rounding);
            }
        }
    }

    @Property(tries = 20)
    void equalImagesHaveNoDistance(@ForAll long seed, @ForAll @Scale(6) @DoubleRange(min = 0.001, max = 1) double c) {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(seed, testDevice())) {
            Tensor a = generator.normal(2, 2, 3, 3);
            // √(c²) − c in float32.
            for (double distance : HostTensors.doubles(new PseudoHuber(c, false).apply(a, a))) {
                assertThat(distance).isBetween(-1e-6 * c, 1e-6 * c);
            }
        }
    }
}
