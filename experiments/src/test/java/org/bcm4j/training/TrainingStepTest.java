package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.Network;
import org.bcm4j.nn.Cost;
import org.bcm4j.nn.Pass;
import org.bcm4j.parity.Fixture;
import org.bcm4j.ranks.RankThreads;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.RankGroup;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingStepTest {
    @TempDir
    Path directory;

    /** What an overflow in the network does to its output. */
    private enum Fault {
        NOT_A_NUMBER,
        INFINITE,
        /** The loss is as ever, its gradient is not. */
        GRADIENT_ONLY;

        Tensor spoil(Tensor output) {
            return switch (this) {
                case NOT_A_NUMBER -> output.mul(scalar(Double.NaN));
                case INFINITE -> output.mul(scalar(Double.POSITIVE_INFINITY));
                // Zero, by way of the square root's derivative there.
                case GRADIENT_ONLY -> output.add(output.mul(scalar(0.0)).sqrt());
            };
        }
    }

    /** A sound network that can be made to fail for a while. */
    private static final class FaultyNetwork implements Network {
        private final Network sound;
        private Optional<Fault> fault = Optional.empty();

        FaultyNetwork(Network sound) {
            this.sound = sound;
        }

        @Override
        public WeightLayout layout() {
            return sound.layout();
        }

        @Override
        public Cost cost() {
            return sound.cost();
        }

        @Override
        public Tensor apply(Pass pass, Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
            Tensor output = sound.apply(pass, x, t, u, labels);
            return fault.map(f -> f.spoil(output)).orElse(output);
        }
    }

    /** A run at its beginning. */
    private static final class Run implements AutoCloseable {
        final TrainingStep step;
        final TrainingState state;

        Run(TrainingConfig config, Network network) {
            this(config, network, Precision.FP32);
        }

        Run(TrainingConfig config, Network network, Precision precision) {
            this(config, network, precision, config.sideBySide(testDevice(), 1), RankGroup.alone());
        }

        Run(TrainingConfig config, Network network, Precision precision, SideBySide sideBySide, RankGroup group) {
            ConsistencyFunction function = new ConsistencyFunction(network, ModelKind.BIDIRECTIONAL);
            LabelledImages images = config.data().training();
            step = new TrainingStep(
                    config, function, images, testDevice(), precision, group, new StepTimes(), sideBySide);
            state = new TrainingState(config, network.layout(), images, testDevice(), group);
            state.initialize();
        }

        void steps(int count) {
            for (int i = 0; i < count; i++) {
                step.run(state);
            }
        }

        @Override
        public void close() {
            state.close();
            step.close();
        }
    }

    /**
     * In float16 a scale of 2^40 overflows, once the exit, which is float32 and starts at zero, lets a gradient through. It
     * falls until gradients fit, and training is that of float32.
     */
    @Test
    void float16SkipsOverflowsUntilItsScaleFits() {
        TrainingConfig config = TinyRun.config(directory, TinyRun.oneStage(50));
        try (Run half = new Run(config, config.network().build(), Precision.FP16);
                Run full = new Run(config, config.network().build())) {
            assertThat(half.step.run(half.state).states()).containsEntry("loss_scale", Math.pow(2, 20));
            half.state.lossScale = new LossScale(40_000);
            assertThat(half.step.run(half.state).skipped()).isTrue();
            assertThat(half.state.lossScale).isEqualTo(new LossScale(39_000));
            float[] weights;
            StepOutcome sound;
            int steps = 0;
            do {
                weights = numbers(half.state.weights.values);
                sound = half.step.run(half.state);
                assertThat(++steps).isLessThan(40);
            } while (sound.skipped());
            long scale = half.state.lossScale.thousandths();
            assertThat(scale % 1000).as("grown once").isEqualTo(1);
            assertThat(scale).isLessThan(39_000);

            full.state.step = half.state.step - 1;
            try (NoGradients constants = new NoGradients()) {
                full.state
                        .weights
                        .values
                        .flat()
                        .copy_(testDevice().move(HostTensors.ofFloats(weights, weights.length)));
            }
            StepOutcome exact = full.step.run(full.state);
            // The weights are the same, the arithmetic differs by 11 bits.
            assertThat(sound.samples().get("loss/total"))
                    .isCloseTo(exact.samples().get("loss/total"), withinPercentage(5));
            assertThat(sound.samples().get("gradient_norm"))
                    .isCloseTo(exact.samples().get("gradient_norm"), withinPercentage(20));
        }
    }

    @Test
    void theScaleOfFloat16IsAPartOfTheState() {
        TrainingConfig config = TinyRun.config(directory, TinyRun.oneStage(50));
        Path file = directory.resolve("state.safetensors");
        try (Run run = new Run(config, config.network().build(), Precision.FP16);
                Run resumed = new Run(config, config.network().build(), Precision.FP16)) {
            run.steps(3);
            run.state.save(file);
            resumed.state.load(file);
            assertThat(resumed.state.lossScale).isEqualTo(run.state.lossScale).isNotEqualTo(LossScale.FIRST);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStepThatIsNotFiniteChangesNothingAndIsCounted(Fault fault) {
        TrainingConfig config = TinyRun.config(directory, TinyRun.oneStage(50));
        FaultyNetwork network = new FaultyNetwork(config.network().build());
        try (Run run = new Run(config, network)) {
            TrainingState state = run.state;
            run.steps(2);
            float[][] before = buffers(state);

            network.fault = Optional.of(fault);
            StepOutcome faulty = run.step.run(state);
            assertThat(faulty.skipped()).isTrue();
            assertThat(Double.isFinite(faulty.samples().getOrDefault("loss/total", 0.0)))
                    .isEqualTo(fault == Fault.GRADIENT_ONLY);
            assertThat(faulty.samples().get("gradient_norm")).isNaN();
            assertThat(faulty.states()).containsEntry("skipped", 1.0);
            assertThat(buffers(state)).isDeepEqualTo(before);
            assertThat(state.optimizer.step()).as("updates").isEqualTo(2);
            assertThat(state.step).as("steps").isEqualTo(3);

            network.fault = Optional.empty();
            StepOutcome next = run.step.run(state);
            assertThat(next.skipped()).isFalse();
            assertThat(next.samples().get("loss/total")).isFinite();
            assertThat(next.states()).containsEntry("skipped", 1.0);
            assertThat(state.weights.values.flat().isfinite().all().item_bool()).isTrue();
            for (int i = 0; i < before.length; i++) {
                assertThat(buffers(state)[i]).as("buffer " + i).isNotEqualTo(before[i]);
            }
        }
    }

    /** Each rank has its part of the images, and all have the sum of the gradients. */
    @ParameterizedTest
    @EnumSource
    void allRanksSkipAStepThatIsNotFiniteInOne(Fault fault) throws Exception {
        TrainingConfig config = TinyRun.config(directory, "micro_batches=1", "lanes=1");
        List<float[]> weights = RankThreads.start(2, group -> {
                    FaultyNetwork network = new FaultyNetwork(config.network().build());
                    try (Run run =
                            new Run(config, network, Precision.FP32, config.sideBySide(testDevice(), 2), group)) {
                        run.steps(1);
                        float[] before = numbers(run.state.weights.values);
                        network.fault = Optional.of(fault).filter(any -> !group.isFirst());
                        assertThat(run.step.run(run.state).skipped()).isTrue();
                        assertThat(numbers(run.state.weights.values)).isEqualTo(before);
                        network.fault = Optional.empty();
                        assertThat(run.step.run(run.state).skipped()).isFalse();
                        float[] after = numbers(run.state.weights.values);
                        group.finish();
                        return after;
                    }
                })
                .stream()
                .map(CompletableFuture::join)
                .toList();
        assertThat(weights.get(0)).isEqualTo(weights.get(1));
    }

    @Test
    void aStageStartsFromTheAverageOfTheOneBeforeWithAFreshOptimiser() {
        // A rate so small that the stage's first step shows where it started.
        TrainingConfig config = TinyRun.config(
                directory, "stages.0.steps=2", "stages.1.steps=1", "stages.1.optimizer.learning_rate=1e-30");
        try (Run run = new Run(config, config.network().build())) {
            TrainingState state = run.state;
            run.steps(2);
            try (NoGradients guard = new NoGradients()) {
                state.average.flat().add_(scalar(1.0));
            }
            float[] average = numbers(state.average);
            double norm = state.optimizer.mean().flat().norm().item_double();

            run.steps(1);

            assertThat(numbers(state.weights.values)).as("weights").isEqualTo(average);
            assertThat(state.optimizer.step()).as("updates").isOne();
            // After one update the first moment is a tenth of the gradient, if nothing of the first stage is left in
            // it.
            Tensor gradient = state.weights.live(0).gradient();
            assertThat(norm).isPositive();
            assertThat(Fixture.relativeErrorOfNorm(state.optimizer.mean().flat().mul(scalar(10.0)), gradient))
                    .isLessThan(1e-5);
        }
    }

    /** A batch of four parts: as micro-batches one after another, and as two lanes of each of two. */
    @Test
    void lanesChangeNothingButTheOrderOfSums() {
        float[] oneByOne = afterThreeSteps("micro_batches=4", "lanes=1");
        float[] sideBySide = afterThreeSteps("micro_batches=2", "lanes=2");
        assertThat(sideBySide).hasSameSizeAs(oneByOne);
        for (int i = 0; i < oneByOne.length; i++) {
            // Three steps of 0.001: a gradient near zero, whose sign the order of sums decides, moves a weight by 0.001
            // at most.
            assertThat(sideBySide[i]).isCloseTo(oneByOne[i], within(1e-4f));
        }
    }

    @Test
    void theSizeOfThePartsChangesNothingButTheOrderOfSums() {
        String terms = "stages.0.terms=" + TinyRun.TERMS_WITH_SHARES;
        float[] whole = afterThreeSteps("micro_batches=1", "lanes=1", terms);
        for (String parts : List.of("micro_batches=2", "micro_batches=8")) {
            float[] divided = afterThreeSteps(parts, "lanes=1", terms);
            for (int i = 0; i < whole.length; i++) {
                // As above.
                assertThat(divided[i]).as(parts).isCloseTo(whole[i], within(1e-4f));
            }
        }
    }

    @Test
    void aStepTrainsOnItsOwnGrid() {
        String[] onOneGrid = {"stages.0.curriculum={kind: doubling, s0: 8, s1: 8}"};
        String[] shifted = {onOneGrid[0], "stages.0.shifted_grid=true"};
        assertThat(afterThreeSteps(shifted)).isNotEqualTo(afterThreeSteps(onOneGrid));
    }

    private float[] afterThreeSteps(String... settings) {
        String[] all = Stream.concat(Stream.of(TinyRun.oneStage(50)), Stream.of(settings))
                .toArray(String[]::new);
        TrainingConfig config = TinyRun.config(directory, all);
        return afterThreeSteps(config, config.sideBySide(testDevice(), 1));
    }

    private float[] afterThreeSteps(TrainingConfig config, SideBySide sideBySide) {
        try (Run run = new Run(config, config.network().build(), Precision.FP32, sideBySide, RankGroup.alone())) {
            run.steps(3);
            return numbers(run.state.weights.values);
        }
    }

    /** As a GPU computes them, with two parts of each. */
    @Test
    void termsSideBySideChangeNothingButTheOrderOfSums() {
        TrainingConfig config = TinyRun.config(directory, """
            stages=[{
              steps: 50,
              terms: [
                {kind: bidirectional-consistency},
                {kind: inversion-consistency},
                {kind: trajectory-matching, share: 0.5, points: 3, pairs: 2}],
              curriculum: {kind: doubling, s0: 2, s1: 8},
              optimizer: {learning_rate: 0.001, decay_from: 0.7},
              ema_rate: 0.9}]
            """);
        float[] oneByOne = afterThreeSteps(config, new SideBySide(2, 1));
        float[] sideBySide = afterThreeSteps(config, new SideBySide(2, 3));
        for (int i = 0; i < oneByOne.length; i++) {
            // As above.
            assertThat(sideBySide[i]).isCloseTo(oneByOne[i], within(1e-4f));
        }
    }

    private static float[][] buffers(TrainingState state) {
        return new float[][] {
            numbers(state.weights.values),
            numbers(state.average),
            numbers(state.optimizer.mean()),
            numbers(state.optimizer.square())
        };
    }

    private static float[] numbers(Weights weights) {
        return HostTensors.floats(weights.flat());
    }
}
