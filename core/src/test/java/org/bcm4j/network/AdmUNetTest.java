package org.bcm4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.List;
import java.util.Optional;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdmUNetTest {
    private Scope scope;
    private SeededGenerator generator;

    @BeforeEach
    void open() {
        scope = Scope.open();
        generator = new SeededGenerator(2, testDevice());
    }

    @AfterEach
    void close() {
        generator.close();
        scope.close();
    }

    private static AdmUNet network(Conditioning conditioning, int patch, boolean scaleShiftNorm, int classes) {
        return network(conditioning, patch, 0, scaleShiftNorm, classes);
    }

    private static AdmUNet network(
            Conditioning conditioning, int patch, int fineWidth, boolean scaleShiftNorm, int classes) {
        return new AdmUNet(new AdmConfig(
                8,
                2,
                patch,
                fineWidth,
                8,
                List.of(1, 2),
                1,
                List.of(8 / patch),
                4,
                scaleShiftNorm,
                0,
                16,
                conditioning,
                classes,
                false,
                true));
    }

    /** Weights with no zeros, so that nothing is switched off. */
    private Weights random(AdmUNet network) {
        Weights weights = Weights.zeros(network.layout(), testDevice());
        weights.views().values().forEach(view -> view.copy_(generator.normal(view.shape())));
        return weights;
    }

    private Tensor run(AdmUNet network, Weights weights, Optional<Tensor> labels) {
        Tensor t = testDevice().floats(0.5, 40, 3);
        Tensor u = testDevice().floats(0.002, 80, 0.7);
        return network.apply(Pass.evaluating(weights), generator.normal(3, 2, 8, 8), t, u, labels);
    }

    @ParameterizedTest
    @CsvSource({
        "TIME, 1, 0, false",
        "JOINT, 1, 0, false",
        "JOINT, 2, 0, true",
        "JOINT, 2, 5, true",
        "ALIGNED, 1, 0, true",
        "ALIGNED, 2, 0, false"
    })
    void everyDeclaredParameterTakesPart(Conditioning conditioning, int patch, int fineWidth, boolean scaleShiftNorm) {
        AdmUNet network = network(conditioning, patch, fineWidth, scaleShiftNorm, 3);
        try (Weights weights = random(network);
                Weights live = weights.trainable()) {
            Tensor output = run(network, live, Optional.of(testDevice().integers(0, 1, 2)));
            assertThat(output.shape()).containsExactly(3, 2, 8, 8);
            output.square().sum().backward();
            live.views()
                    .forEach((name, view) -> assertThat(view.grad().abs().sum().item_double())
                            .as(name)
                            .isPositive());
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0", "2, 4"})
    void itsOutputIsZeroBeforeTraining(int patch, int fineWidth) {
        AdmUNet network = network(Conditioning.JOINT, patch, fineWidth, false, 0);
        try (Weights weights = Weights.initialized(network.layout(), generator, testDevice())) {
            assertThat(run(network, weights, Optional.empty()).abs().max().item_double())
                    .isZero();
        }
    }

    /**
     * With everything but its entrance through patches switched off, a network of folded pixels sees no neighbour; the fine exit, of two convolutions
     * of 3 x 3 over its input, sees two pixels far, across the borders of patches.
     */
    @Test
    void aFineExitLetsPixelsOfNeighbouringPatchesMeet() {
        AdmUNet network = network(Conditioning.JOINT, 2, 3, false, 0);
        try (Weights weights = Weights.zeros(network.layout(), testDevice())) {
            weights.get("out.3.0.weight").copy_(generator.normal(3, 5, 3, 3));
            weights.get("out.3.2.weight").copy_(generator.normal(2, 3, 3, 3));
            Tensor x = generator.normal(1, 2, 8, 8);
            Tensor other = x.clone();
            other.narrow(2, 3, 1).narrow(3, 3, 1).add_(scalar(1.0));
            Tensor change = apply(network, weights, x)
                    .sub(apply(network, weights, other))
                    .abs()
                    .sum(1);
            for (int row = 0; row < 8; row++) {
                for (int column = 0; column < 8; column++) {
                    double changed =
                            change.narrow(1, row, 1).narrow(2, column, 1).item_double();
                    boolean near = Math.abs(row - 3) <= 2 && Math.abs(column - 3) <= 2;
                    assertThat(changed > 0).as(row + ", " + column).isEqualTo(near);
                }
            }
        }
    }

    private static Tensor apply(AdmUNet network, Weights weights, Tensor x) {
        Tensor time = testDevice().floats(1);
        return network.apply(Pass.evaluating(weights), x, time, time, Optional.empty());
    }

    @Test
    void imagesOfABatchDoNotMeet() {
        AdmUNet network = network(Conditioning.JOINT, 1, false, 0);
        try (Weights weights = random(network)) {
            Pass pass = Pass.evaluating(weights);
            Tensor x = generator.normal(3, 2, 8, 8);
            Tensor t = testDevice().floats(0.5, 40, 3);
            Tensor u = testDevice().floats(0.002, 80, 0.7);
            Tensor together = network.apply(pass, x, t, u, Optional.empty()).narrow(0, 1, 1);
            Tensor alone =
                    network.apply(pass, x.narrow(0, 1, 1), t.narrow(0, 1, 1), u.narrow(0, 1, 1), Optional.empty());
            double difference = alone.sub(together).abs().max().item_double();
            assertThat(difference / alone.abs().max().item_double()).isLessThan(1e-5);
        }
    }

    @Test
    void labelsAreWantedIfAndOnlyIfThereAreClasses() {
        AdmUNet labelled = network(Conditioning.JOINT, 1, false, 3);
        AdmUNet unlabelled = network(Conditioning.JOINT, 1, false, 0);
        try (Weights weights = random(labelled);
                Weights others = random(unlabelled)) {
            assertThatThrownBy(() -> run(labelled, weights, Optional.empty()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("this network needs a label for every image");
            assertThatThrownBy(() ->
                            run(unlabelled, others, Optional.of(testDevice().integers(0, 1, 2))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("this network has no classes");
        }
    }
}
