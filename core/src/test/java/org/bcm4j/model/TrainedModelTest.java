package org.bcm4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Evaluations in which every image of a batch has its own noise scales. */
class TrainedModelTest {
    private static final double[] FROM = {0.002, 0.07, 6, 80, 1.2};
    private static final double[] TO = {0.4, 80, 0.002, 1.2, 1.2};

    private final Scope scope = Scope.open();
    private final SeededGenerator generator = new SeededGenerator(1, testDevice());
    private final TrainedModel model = model(ModelKind.BIDIRECTIONAL);

    /** Points of about the norm that they have at the times {@link #FROM}. */
    private final Tensor points = generator
            .normal(model.shape(FROM.length))
            .mul(testDevice().floats(FROM).add(scalar(0.5)).view(-1, 1, 1, 1));

    private final Optional<Tensor> labels = Optional.of(testDevice().integers(0, 1, 2, 1, 0));

    private TrainedModel model(ModelKind kind) {
        Conditioning conditioning = kind.isBidirectional() ? Conditioning.JOINT : Conditioning.TIME;
        AdmConfig network =
                new AdmConfig(8, 1, 1, 0, 8, List.of(1), 1, List.of(), 8, false, 0, 16, conditioning, 2, true, true);
        ModelConfig config = new ModelConfig(ModelConfig.FORMAT, kind, network, "nothing", List.of());
        Weights weights = Weights.initialized(network.build().layout(), generator, testDevice());
        // Initial weights have zeros where a network begins with no effect.
        weights.flat().add_(generator.normal(weights.flat().shape()).mul(scalar(0.05)));
        return new TrainedModel(config, weights, testDevice(), Precision.FP32);
    }

    @AfterEach
    void close() {
        model.close();
        generator.close();
        scope.close();
    }

    private static Tensor times(double... scales) {
        return testDevice().floats(scales);
    }

    @Test
    void everyImageGoesFromItsOwnTimeToItsOwnTime() {
        Tensor together = model.traverse(points, times(FROM), times(TO), labels);
        assertThat(together.shape()).containsExactly(model.shape(FROM.length));
        assertThat(together.requires_grad()).isFalse();
        for (int i = 0; i < FROM.length; i++) {
            int image = i;
            Tensor x = points.narrow(0, i, 1);
            Tensor alone = model.traverse(x, FROM[i], TO[i], labels.map(all -> all.narrow(0, image, 1)));
            // A batch of another size can be summed in another order.
            double error = together.narrow(0, i, 1).sub(alone).abs().max().item_double();
            assertThat(error).as("image %d", i).isLessThan(1e-4 * (1 + FROM[i]));
            if (FROM[i] != TO[i]) {
                assertThat(alone.sub(x).abs().max().item_double()).isGreaterThan(0.01);
            }
        }
    }

    @Test
    void equalTimesAreOneTimeForAll() {
        Tensor one = model.traverse(points, 6, 0.4, labels);
        Tensor each = model.traverse(points, times(6, 6, 6, 6, 6), times(0.4, 0.4, 0.4, 0.4, 0.4), labels);
        assertThat(each.equal(one)).isTrue();
    }

    @Test
    void timesOfAnotherFormAreRefused() {
        Tensor five = times(TO);
        String expected = "noise scales are float32 [5], one for each of the images, not ";
        refused(expected + "float32 [4]", () -> model.traverse(points, five.narrow(0, 0, 4), five, labels));
        refused(expected + "float32 [1]", () -> model.traverse(points, five, five.narrow(0, 0, 1), labels));
        refused(expected + "float32 [5,1]", () -> model.traverse(points, five.view(5, 1), five, labels));
        refused(expected + "float64 [5]", () -> model.traverse(points, five, five.to(ScalarType.Double), labels));
    }

    @Test
    void pointsAreCheckedBeforeTimes() {
        Tensor five = times(TO);
        refused("images or noises float32 [B,1,8,8], not float32 [5]", () -> model.traverse(five, five, five, labels));
        Tensor none = points.narrow(0, 0, 0);
        refused(
                "images or noises float32 [B,1,8,8], not float32 [0,1,8,8]",
                () -> model.traverse(none, times(), times(), Optional.empty()));
        refused(
                "images or noises float32 [B,1,8,8], not float32 [0,1,8,8]",
                () -> model.traverse(none, 6, 1, Optional.empty()));
    }

    @Test
    void aTimeThatIsOutOfRangeIsRefusedWhereverItStands() {
        Tensor inside = times(1, 1, 1, 1, 1);
        refused("not 0.0", () -> model.traverse(points, times(1, 1, 0, 1, 1), inside, labels));
        refused("not 81.0", () -> model.traverse(points, inside, times(1, 81, 1, 1, 1), labels));
        refused("not NaN", () -> model.traverse(points, inside, times(1, 1, 1, 1, Double.NaN), labels));
    }

    @Test
    void aPlainConsistencyModelGoesToTimeZeroOnly() {
        try (TrainedModel plain = model(ModelKind.CONSISTENCY)) {
            Tensor zero = times(0.002, 0.002, 0.002, 0.002, 0.002);
            assertThat(plain.traverse(points, times(FROM), zero, labels).shape())
                    .containsExactly(plain.shape(FROM.length));
            refused(
                    "not to 0.5",
                    () -> plain.traverse(points, times(FROM), times(0.002, 0.002, 0.5, 0.002, 0.002), labels));
        }
    }

    @Test
    void theNoiseScalesOfADenoiserHaveTheirForm() {
        try (TrainedModel denoiser = model(ModelKind.DENOISER)) {
            assertThat(denoiser.denoise(points, times(FROM), labels).shape())
                    .containsExactly(denoiser.shape(FROM.length));
            refused("not float32 [1]", () -> denoiser.denoise(points, times(1), labels));
            refused("must be positive, not 0.0", () -> denoiser.denoise(points, times(1, 1, 0, 1, 1), labels));
            refused("must be positive, not NaN", () -> denoiser.denoise(points, times(1, 1, 1, 1, Double.NaN), labels));
            refused(
                    "noise scales are not on",
                    () -> denoiser.denoise(points, times(FROM).to(new Device("meta"), ScalarType.Float), labels));
        }
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }
}
