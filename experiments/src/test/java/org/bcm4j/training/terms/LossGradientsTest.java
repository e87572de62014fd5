package org.bcm4j.training.terms;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.AdmUNet;
import org.bcm4j.network.Conditioning;
import org.bcm4j.nn.Dropout;
import org.bcm4j.nn.Recomputation;
import org.bcm4j.tensor.KeyedRandom;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.terms.BidirectionalConsistency.SoftTarget;
import org.bcm4j.training.terms.IntervalLaw.EndPoints;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That each term differentiates with respect to the live weights, all of them and nothing else. */
class LossGradientsTest {
    static final AdmConfig CONFIG = config(8);

    private static final IntervalLaw.Settings TIMES = IntervalLaw.Settings.paper(EndPoints.INCLUDED);
    private static final int IMAGES = 3;
    private static final BidirectionalConsistency SOFT_ALONE = BidirectionalConsistency.of(SoftTarget.EQ9, false);

    private static AdmConfig config(int width) {
        return new AdmConfig(
                8, 1, 1, 0, width, List.of(1, 2), 1, List.of(4), 4, false, 0.3, 16, Conditioning.JOINT, 0, false, true);
    }

    /** The loss that a term makes of an example. */
    private interface OfExample {
        Loss of(TrainedFunction f, TrainingBatch example, PseudoHuber distance);
    }

    /** A term by its name, in messages. */
    private record Term(String name, OfExample loss) {
        @Override
        public String toString() {
            return name;
        }
    }

    private ConsistencyFunction function;
    private final PseudoHuber distance = PseudoHuber.forDimension(64);
    private Scope scope;
    private Weights live;
    private Weights constant;
    private TrainingBatch example;

    @BeforeEach
    void open() {
        open(CONFIG);
    }

    private void open(AdmConfig config) {
        function = new ConsistencyFunction(new AdmUNet(config), ModelKind.BIDIRECTIONAL);
        scope = Scope.open();
        try (SeededGenerator generator = new SeededGenerator(4, testDevice());
                Weights weights = Weights.zeros(function.network().layout(), testDevice())) {
            weights.views()
                    .values()
                    .forEach(view -> view.copy_(generator.normal(view.shape()).mul(scalar(0.3))));
            // Memory of their own: moving the live weights must not move the constants.
            try (Weights own = weights.copy()) {
                live = own.trainable();
            }
            constant = weights.copy();
            example = new TrainingBatch(
                    generator.uniform(3, 1, 8, 8).mul(scalar(2.0)).sub(scalar(1.0)),
                    generator.normal(3, 1, 8, 8),
                    testDevice().floats(0.5, 6, 30),
                    testDevice().floats(0.4, 5, 26),
                    testDevice().floats(2, 0.1, 60),
                    Optional.empty());
        }
    }

    @AfterEach
    void close() {
        constant.close();
        live.close();
        scope.close();
    }

    static Stream<Term> terms() {
        BidirectionalConsistency eq8 =
                new BidirectionalConsistency(SoftTarget.EQ8, true, 0.1, 0.2, 1, TIMES, Optional.empty());
        return Stream.of(
                new Term("eq10", LossGradientsTest::eq10),
                new Term("soft alone", (f, example, d) -> SOFT_ALONE.of(f, new SoftBatch(example, IMAGES), d)),
                new Term("eq8", (f, example, d) -> eq8.of(f, new SoftBatch(example, IMAGES), d)),
                new Term("consistency", (f, example, d) -> Consistency.paper().of(f, example, d)),
                new Term("denoising", (f, example, d) -> new Denoising(TIMES).of(f, example)),
                new Term(
                        "inversion",
                        (f, example, d) -> InversionConsistency.usual().of(f, upwards(example), d)),
                new Term(
                        "trajectory",
                        (f, example, d) -> new TrajectoryMatching(3, 1, 1, 3, 1, 0).of(f, pairs(example), d)));
    }

    private static Loss eq10(TrainedFunction f, TrainingBatch example, PseudoHuber distance) {
        return BidirectionalConsistency.paper().of(f, new SoftBatch(example, IMAGES), distance);
    }

    /** No u below t_{n+1}. */
    private static TrainingBatch upwards(TrainingBatch example) {
        return new TrainingBatch(
                example.images(),
                example.noise(),
                example.tNext(),
                example.t(),
                torch.maximum(example.u(), example.tNext()),
                example.labels());
    }

    private static TrajectoryPairs pairs(TrainingBatch example) {
        return new TrajectoryPairs(
                example.upper(), example.tNext(), example.diffused(example.u()), example.u(), example.labels());
    }

    private TrainedFunction f() {
        return new TrainedFunction(function, live, constant);
    }

    private double loss(Term term) {
        try (NoGradients guard = new NoGradients()) {
            return term.loss().of(f(), example, distance).total().item_double();
        }
    }

    /** Along the gradient g the loss rises by ‖g‖ per unit of length while the constant weights stay. */
    @ParameterizedTest
    @MethodSource("terms")
    void theGradientIsTheSlopeOfTheLossInTheLiveWeights(Term term) {
        term.loss().of(f(), example, distance).total().backward();
        double norm = live.gradient().norm().item_double();
        assertThat(norm).isPositive();

        double length = 1e-4 * live.flat().norm().item_double();
        Tensor step = live.gradient().mul(scalar(length / norm)).clone();
        double above = loss(term, step, 1);
        double below = loss(term, step, -2);
        // A central difference in float32, of the 3% that curvature and rounding may take it took 1%.
        assertThat((above - below) / (2 * length) / norm).isBetween(0.97, 1.03);
    }

    private double loss(Term term, Tensor step, double times) {
        try (NoGradients guard = new NoGradients()) {
            live.flat().add_(step, scalar(times));
        }
        return loss(term);
    }

    @ParameterizedTest
    @MethodSource("terms")
    void constantWeightsTakeNoGradient(Term term) {
        term.loss().of(f(), example, distance).total().backward();
        constant.views()
                .forEach((name, view) ->
                        assertThat(view.grad().defined()).as(name).isFalse());
    }

    @Test
    void theSoftTermsWeightHasItsFloor() {
        Loss paper = SOFT_ALONE.of(f(), new SoftBatch(example, IMAGES), distance);
        Loss floored = softAlone(1e-9).of(f(), new SoftBatch(example, IMAGES), distance);
        Loss raised = softAlone(10).of(f(), new SoftBatch(example, IMAGES), distance);

        assertThat(floored.total().item_double()).isEqualTo(paper.total().item_double());
        assertThat(raised.total().item_double()).isGreaterThan(paper.total().item_double());
        assertThat(paper.parts()).containsOnlyKeys("consistency", "soft");
    }

    private static BidirectionalConsistency softAlone(double floor) {
        return new BidirectionalConsistency(SoftTarget.EQ9, false, 0, floor, 1, TIMES, Optional.empty());
    }

    /** Its soft term is that of the first image alone, and the consistency term stays that of all. */
    @Test
    void theSoftTermOfAShareIsThatOfTheFirstImages() {
        BidirectionalConsistency paper = BidirectionalConsistency.paper();
        Loss all = paper.of(f(), new SoftBatch(example, IMAGES), distance);
        Loss share = paper.of(f(), new SoftBatch(example, 1), distance);
        Loss first = paper.of(f(), new SoftBatch(example.first(1), 1), distance);

        // float32 in batches of other sizes.
        assertThat(part(share, "soft")).isCloseTo(part(first, "soft"), withinPercentage(0.01));
        assertThat(part(share, "consistency")).isCloseTo(part(all, "consistency"), withinPercentage(0.01));
        assertThat(share.total().item_double())
                .isCloseTo(part(share, "soft") + part(share, "consistency"), withinPercentage(0.01));
    }

    @Test
    void theSoftTermNeedsImagesOfTheBatch() {
        for (int count : new int[] {0, IMAGES + 1}) {
            assertThatThrownBy(() -> new SoftBatch(example, count)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static double part(Loss loss, String name) {
        return requireNonNull(loss.parts().get(name)).item_double();
    }

    /**
     * Activation checkpointing changes nothing but the rounding of sums: less than the last bit of the weights does,
     * and in these networks of random weights 0.1 to 0.4 millionths of the gradient. Their norms have groups of three
     * channels: those of a single channel take the embedding away again, and of its gradient only rounding is left.
     */
    @ParameterizedTest
    @MethodSource("terms")
    void partsThatAreComputedAgainHaveTheSameGradient(Term term) {
        close();
        open(config(24));
        Tensor kept = gradient(term, Recomputation.off());
        Tensor again = gradient(term, Recomputation.on(testDevice(), Precision.FP32));
        try (NoGradients guard = new NoGradients()) {
            live.flat().mul_(scalar(1 + Math.ulp(1f)));
        }
        Tensor ofTheLastBit = gradient(term, Recomputation.off());

        double norm = kept.norm().item_double();
        double difference = again.sub(kept).norm().item_double();
        assertThat(difference)
                .isLessThan(ofTheLastBit.sub(kept).norm().item_double())
                .isLessThan(1e-6 * norm);
        assertThat(norm).isPositive();
    }

    private Tensor gradient(Term term, Recomputation recomputation) {
        live.gradient().zero_();
        try (recomputation;
                Dropout dropout = Dropout.drawnFrom(KeyedRandom.from(1, 0, 0, testDevice()))) {
            TrainedFunction f = new TrainedFunction(function, live, constant, dropout, recomputation);
            recomputation.backward(term.loss().of(f, example, distance).total());
        }
        return live.gradient().clone();
    }

    /**
     * Passes of a step meet the same masks, so a step repeats with what it draws, and masks do change the loss.
     */
    @Test
    void aStepRepeatsWithItsMasks() {
        double once = withMasks(1);
        assertThat(withMasks(1)).isEqualTo(once);
        assertThat(withMasks(2)).isNotEqualTo(once);
        assertThat(eq10(f(), example, distance).total().item_double()).isNotEqualTo(once);
    }

    private double withMasks(long seed) {
        Dropout dropout = Dropout.drawnFrom(KeyedRandom.from(seed, 0, 0, testDevice()));
        TrainedFunction masked = new TrainedFunction(function, live, constant, dropout, Recomputation.off());
        return eq10(masked, example, distance).total().item_double();
    }
}
