package org.bcm4j.editing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.List;
import java.util.Optional;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bcm4j.walk.EvaluationListener;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RefinedInversionTest {
    private static final AdmConfig NETWORK =
            new AdmConfig(8, 1, 1, 0, 8, List.of(1), 1, List.of(), 8, true, 0, 16, Conditioning.JOINT, 0, false, true);

    private final Scope scope = Scope.open();
    private final SeededGenerator generator = new SeededGenerator(5, testDevice());
    private TrainedModel model;
    private Tensor noises;
    private Tensor images;

    /** Images that the model does generate, from noises some way off. */
    @BeforeEach
    void open() {
        Weights weights = Weights.initialized(NETWORK.build().layout(), generator, testDevice());
        weights.flat().copy_(generator.normal(weights.flat().shape()).mul(scalar(0.1)));
        ModelConfig config = new ModelConfig(ModelConfig.FORMAT, ModelKind.BIDIRECTIONAL, NETWORK, "tiny", List.of());
        model = new TrainedModel(config, weights, testDevice(), Precision.FP32);
        Tensor origin = generator.normal(model.shape(3));
        images = generated(origin);
        noises = origin.add(generator.normal(model.shape(3)).mul(scalar(0.3)));
    }

    @AfterEach
    void close() {
        model.close();
        generator.close();
        scope.close();
    }

    private Tensor generated(Tensor z) {
        return model.traverse(
                z.mul(scalar(NoiseScales.SIGMA_MAX)), NoiseScales.SIGMA_MAX, NoiseScales.SIGMA_MIN, Optional.empty());
    }

    /** The same noise for an image alone and among others. */
    private Tensor sameForAll(long... shape) {
        try (SeededGenerator drawn = new SeededGenerator(9, testDevice())) {
            return drawn.normal(1, shape[1], shape[2], shape[3]).expand(shape).contiguous();
        }
    }

    private double[] errors(Tensor z) {
        return HostTensors.doubles(
                generated(z).sub(images).to(ScalarType.Double).square().sum(1, 2, 3));
    }

    @Test
    void everyStepMoreBringsEveryImageNearer() {
        double[] before = errors(noises);
        double[] few = errors(new RefinedInversion(5)
                .refine(model, images, noises, Optional.empty(), this::sameForAll, EvaluationListener.NONE));
        double[] many = errors(new RefinedInversion(40)
                .refine(model, images, noises, Optional.empty(), this::sameForAll, EvaluationListener.NONE));
        for (int i = 0; i < before.length; i++) {
            assertThat(few[i]).isLessThan(before[i]);
            assertThat(many[i]).isLessThan(few[i]);
            // It took 1/4,000 to 1/100,000; gradient descent of 40 steps comes to a tenth.
            assertThat(many[i]).isLessThan(before[i] / 100);
        }
    }

    @Test
    void imagesOfABatchDoNotMeetEachOther() {
        RefinedInversion refinement = new RefinedInversion(2);
        Tensor together = refinement
                .refine(model, images, noises, Optional.empty(), this::sameForAll, EvaluationListener.NONE)
                .narrow(0, 1, 1);
        Tensor start = noises.narrow(0, 1, 1);
        Tensor alone = refinement.refine(
                model, images.narrow(0, 1, 1), start, Optional.empty(), this::sameForAll, EvaluationListener.NONE);
        double moved = alone.sub(start).norm().item_double();
        // Convolutions of other batch sizes round differently, and a quasi-Newton method amplifies it: to 1 % of the
        // way at most.
        assertThat(moved).isGreaterThan(0.1);
        assertThat(together.sub(alone).norm().item_double()).isLessThan(0.01 * moved);
    }

    @Test
    void takesAtLeastOneStep() {
        assertThatThrownBy(() -> new RefinedInversion(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
