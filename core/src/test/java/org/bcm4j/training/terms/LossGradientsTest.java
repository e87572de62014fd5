package org.bcm4j.training;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.Preconditioning;
import org.bcm4j.nn.Dropout;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.BidirectionalConsistency.SoftTarget;
import org.bcm4j.unet.AdmConfig;
import org.bcm4j.unet.AdmUNet;
import org.bcm4j.unet.Conditioning;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That each objective differentiates with respect to the live weights, all of them and nothing else. */
class ObjectiveGradientsTest {
    private static final AdmConfig CONFIG = new AdmConfig(
            8, 1, 1, 0, 8, List.of(1, 2), 1, List.of(4), 4, false, 0.3, 16, Conditioning.JOINT, 0, false, true);
    private static final BidirectionalConsistency SOFT_ALONE =
            new BidirectionalConsistency(SoftTarget.EQ9, false, 0, 0, 1);

    private final ConsistencyFunction function =
            new ConsistencyFunction(new AdmUNet(CONFIG), Preconditioning.BIDIRECTIONAL);
    private final PseudoHuber distance = PseudoHuber.forDimension(64);
    private Scope scope;
    private Weights live;
    private Weights constant;
    private Example example;

    @BeforeEach
    void open() {
        scope = Scope.open();
        try (SeededGenerator generator = new SeededGenerator(4, Device.CPU);
                Weights weights = Weights.zeros(function.network().layout(), Device.CPU)) {
            weights.views()
                    .values()
                    .forEach(view -> view.copy_(generator.normal(view.shape()).mul(new Scalar(0.3))));
            // Memory of their own: moving the live weights must not move the constants.
            try (Weights own = weights.copy()) {
                live = own.trainable();
            }
            constant = weights.copy();
            example = new Example(
                    generator.uniform(3, 1, 8, 8).mul(new Scalar(2.0)).sub(new Scalar(1.0)),
                    generator.normal(3, 1, 8, 8),
                    Device.CPU.floats(0.5, 6, 30),
                    Device.CPU.floats(0.4, 5, 26),
                    Device.CPU.floats(2, 0.1, 60),
                    Optional.empty());
        }
    }

    @AfterEach
    void close() {
        constant.close();
        live.close();
        scope.close();
    }

    static Stream<Objective> objectives() {
        return Stream.of(
                BidirectionalConsistency.paper(),
                SOFT_ALONE,
                new BidirectionalConsistency(SoftTarget.EQ8, true, 0.1, 0.2, 1),
                Consistency.paper(),
                new Denoising());
    }

    private Tensor loss(Objective objective, Pass livePass, Pass constantPass) {
        return objective
                .apply(function, livePass, constantPass, example, distance)
                .total();
    }

    private double loss(Objective objective) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return loss(objective, Pass.evaluating(live), Pass.evaluating(constant))
                    .item_double();
        }
    }

    /** Along the gradient g the loss rises by ‖g‖ per unit of length while the constant weights stay. */
    @ParameterizedTest
    @MethodSource("objectives")
    void theGradientIsTheSlopeOfTheLossInTheLiveWeights(Objective objective) {
        loss(objective, Pass.evaluating(live), Pass.evaluating(constant)).backward();
        double norm = live.gradient().norm().item_double();
        assertThat(norm).isPositive();

        double length = 1e-4 * live.flat().norm().item_double();
        Tensor step = live.gradient().mul(new Scalar(length / norm)).clone();
        double above = loss(objective, step, 1);
        double below = loss(objective, step, -2);
        // A central difference in float32, of the 3% that curvature and rounding may take it took 1%.
        assertThat((above - below) / (2 * length) / norm).isBetween(0.97, 1.03);
    }

    private double loss(Objective objective, Tensor step, double times) {
        try (NoGradGuard guard = new NoGradGuard()) {
            live.flat().add_(step, new Scalar(times));
        }
        return loss(objective);
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void constantWeightsTakeNoGradient(Objective objective) {
        loss(objective, Pass.evaluating(live), Pass.evaluating(constant)).backward();
        constant.views()
                .forEach((name, view) ->
                        assertThat(view.grad().defined()).as(name).isFalse());
    }

    @Test
    void theSoftTermsWeightHasItsFloor() {
        Objective.Loss paper =
                SOFT_ALONE.apply(function, Pass.evaluating(live), Pass.evaluating(constant), example, distance);
        Objective.Loss floored = new BidirectionalConsistency(SoftTarget.EQ9, false, 0, 1e-9, 1)
                .apply(function, Pass.evaluating(live), Pass.evaluating(constant), example, distance);
        Objective.Loss raised = new BidirectionalConsistency(SoftTarget.EQ9, false, 0, 10, 1)
                .apply(function, Pass.evaluating(live), Pass.evaluating(constant), example, distance);

        assertThat(floored.total().item_double()).isEqualTo(paper.total().item_double());
        assertThat(raised.total().item_double()).isGreaterThan(paper.total().item_double());
        assertThat(paper.terms()).containsOnlyKeys("consistency", "soft");
    }

    /** Of three images a third is one: its soft term is that of the first image alone, and the consistency term stays that of all. */
    @Test
    void theSoftTermOfAShareIsThatOfTheFirstImages() {
        Objective.Loss all = BidirectionalConsistency.paper()
                .apply(function, Pass.evaluating(live), Pass.evaluating(constant), example, distance);
        Objective.Loss share = new BidirectionalConsistency(SoftTarget.EQ9, true, 0, 0, 0.34)
                .apply(function, Pass.evaluating(live), Pass.evaluating(constant), example, distance);
        Objective.Loss first = BidirectionalConsistency.paper()
                .apply(function, Pass.evaluating(live), Pass.evaluating(constant), example.first(1), distance);

        // float32 in batches of other sizes.
        assertThat(term(share, "soft")).isCloseTo(term(first, "soft"), withinPercentage(0.01));
        assertThat(term(share, "consistency")).isCloseTo(term(all, "consistency"), withinPercentage(0.01));
        assertThat(share.total().item_double())
                .isCloseTo(term(share, "soft") + term(share, "consistency"), withinPercentage(0.01));
        assertThatThrownBy(() -> new BidirectionalConsistency(SoftTarget.EQ9, true, 0, 0, 0))
                .hasMessageContaining("soft_share");
    }

    private static double term(Objective.Loss loss, String name) {
        return requireNonNull(loss.terms().get(name)).item_double();
    }

    /**
     * Passes of a step meet the same masks, so a step repeats with its generator's state, and masks do change the loss.
     */
    @Test
    void aStepRepeatsWithItsMasks() {
        try (SeededGenerator first = new SeededGenerator(1, Device.CPU);
                SeededGenerator second = new SeededGenerator(1, Device.CPU)) {
            double once = withMasks(first);
            assertThat(withMasks(second)).isEqualTo(once);
            assertThat(withMasks(second)).isNotEqualTo(once);
            assertThat(loss(BidirectionalConsistency.paper())).isNotEqualTo(once);
        }
    }

    private double withMasks(SeededGenerator generator) {
        Dropout masks = Dropout.drawnFrom(generator);
        return loss(BidirectionalConsistency.paper(), new Pass(live, masks), new Pass(constant, masks))
                .item_double();
    }
}
