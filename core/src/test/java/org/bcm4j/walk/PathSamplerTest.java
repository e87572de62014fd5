package org.bcm4j.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.model.NoiseScales.SIGMA_MAX;
import static org.bcm4j.model.NoiseScales.SIGMA_MIN;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolver;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * With models whose network gives 0: the denoiser is then that of Gaussian data of mean 0 and deviation ½, whose trajectories are known,
 * x(t) ∝ √(t² + ¼).
 */
class PathSamplerTest {
    private static final Ode GENERATION = ode(OdeSolver.HEUN, 64, Ode.Direction.GENERATE);
    private static final Ode INVERSION = ode(OdeSolver.HEUN, 64, Ode.Direction.INVERT);

    private static Ode ode(OdeSolver solver, int points, Ode.Direction direction) {
        return new Ode(new DeterministicSampler(solver, points), direction);
    }

    private static ModelConfig config(ModelKind kind) {
        Conditioning conditioning = kind == ModelKind.BIDIRECTIONAL ? Conditioning.JOINT : Conditioning.TIME;
        AdmConfig network =
                new AdmConfig(8, 1, 2, 0, 8, List.of(1), 1, List.of(), 8, true, 0, 16, conditioning, 2, true, true);
        return new ModelConfig(ModelConfig.FORMAT, kind, network, "tiny", List.of());
    }

    private static Weights weights(ModelConfig config) {
        try (SeededGenerator generator = new SeededGenerator(1, testDevice())) {
            return Weights.initialized(config.network().build().layout(), generator, testDevice());
        }
    }

    private static TrainedModel denoiser() {
        ModelConfig config = config(ModelKind.DENOISER);
        return new TrainedModel(config, weights(config), testDevice(), Precision.FP32);
    }

    private static TrainedModel consistent() {
        return consistent(ModelKind.BIDIRECTIONAL);
    }

    private static TrainedModel consistent(ModelKind kind) {
        ModelConfig config = config(kind);
        return new TrainedModel(config, weights(config), testDevice(), Precision.FP32);
    }

    private static Tensor normal(long... shape) {
        try (SeededGenerator generator = new SeededGenerator(9, testDevice())) {
            return generator.normal(shape);
        }
    }

    private static NoiseSource none() {
        return shape -> {
            throw new AssertionError("an ODE draws no noise");
        };
    }

    private static double relativeError(Tensor actual, Tensor expected) {
        return actual.sub(expected).norm().item_double() / expected.norm().item_double();
    }

    /** Heun's rule with 64 points errs by 4e-3 here, one way; a wrong scale would be off by a factor. */
    @Test
    void aDenoiserIsLedAlongItsTrajectories() {
        try (Scope scope = Scope.open();
                TrainedModel model = denoiser()) {
            Tensor z = normal(3, 1, 8, 8);
            PathSampler journey = new PathSampler(model, Optional.empty(), none());
            double growth = Math.sqrt((SIGMA_MAX * SIGMA_MAX + 0.25) / (SIGMA_MIN * SIGMA_MIN + 0.25));

            SampledPoints image = journey.generate(GENERATION, z);
            Tensor expected = z.mul(scalar(SIGMA_MAX / growth));
            assertThat(relativeError(image.x(), expected)).isLessThan(1e-2);
            assertThat(image.time()).isEqualTo(SIGMA_MIN);

            Tensor point = z.mul(scalar(SIGMA_MAX));
            assertThat(relativeError(journey.from(GENERATION, point).x(), image.x()))
                    .isLessThan(1e-6);

            SampledPoints noise = journey.from(INVERSION, image.x());
            assertThat(relativeError(noise.x(), image.x().mul(scalar(growth)))).isLessThan(1e-2);
            assertThat(noise.time()).isEqualTo(SIGMA_MAX);

            SampledPoints back = journey.from(ode(OdeSolver.HEUN, 64, Ode.Direction.RECONSTRUCT), image.x());
            assertThat(relativeError(
                            back.x(),
                            journey.from(INVERSION.toImages(), noise.x()).x()))
                    .isLessThan(1e-6);
        }
    }

    /** The trajectory of an image plus noise of scale ε runs from time ε. */
    @Test
    void anInversionCanBeginWithALittleNoise() {
        try (Scope scope = Scope.open();
                TrainedModel model = denoiser()) {
            Ode inversion = new Ode(new DeterministicSampler(OdeSolver.HEUN, 64), Ode.Direction.INVERT, 0.1);
            Tensor image = normal(3, 1, 8, 8).mul(scalar(0.5));
            Tensor noise = normal(3, 1, 8, 8);
            SampledPoints end = new PathSampler(model, Optional.empty(), shape -> noise).from(inversion, image);

            double growth = Math.sqrt((SIGMA_MAX * SIGMA_MAX + 0.25) / (0.1 * 0.1 + 0.25));
            assertThat(relativeError(end.x(), image.add(noise, scalar(0.1)).mul(scalar(growth))))
                    .isLessThan(1e-2);
            assertThat(end.nfe()).isEqualTo(inversion.nfe()).isLessThan(INVERSION.nfe());
            assertThat(inversion).hasToString("0 +0.1 > 80, heun, 64 steps");
            assertThat(inversion.toImages()).isEqualTo(GENERATION);
            assertThatThrownBy(() -> new Ode(inversion.sampler(), Ode.Direction.GENERATE, 0.1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("initial noise is for inversions");
        }
    }

    /** The caller has no scope open: one of the sampler's own spans all evaluations, and frees the points. */
    @Test
    void workThatIsStoppedLeavesNothingBehind() {
        try (Tensor z = normal(3, 1, 8, 8);
                TrainedModel consistent = consistent();
                TrainedModel denoiser = denoiser()) {
            Walk walk = Walk.parse("80 > 6 > 0");
            assertFreed(consistent, sampler -> sampler.generate(walk, z));
            assertFreed(consistent, sampler -> sampler.from(walk, z));
            assertFreed(denoiser, sampler -> sampler.generate(GENERATION, z));
            assertFreed(denoiser, sampler -> sampler.from(INVERSION, z));
        }
    }

    private static void assertFreed(TrainedModel model, Consumer<PathSampler> work) {
        List<Tensor> made = new ArrayList<>();
        PathSampler sampler = new PathSampler(model, Optional.empty(), none(), images -> {
            if (made.isEmpty()) {
                made.add(inTheOutermostScope());
            } else {
                throw new CancellationException(made.get(0).isNull() ? "freed too early" : "stopped");
            }
        });
        assertThatThrownBy(() -> work.accept(sampler))
                .isInstanceOf(CancellationException.class)
                .hasMessage("stopped");
        assertThat(made.get(0).isNull()).isTrue();
    }

    private static Tensor inTheOutermostScope() {
        Tensor tensor = normal(1);
        PointerScope outermost = PointerScope.getInnerScope();
        for (Iterator<PointerScope> scopes = PointerScope.getScopeIterator(); scopes.hasNext(); ) {
            outermost = scopes.next();
        }
        outermost.attach(tensor);
        return tensor;
    }

    /** What a path says that it costs is what was counted. */
    @Property(tries = 20)
    void tellsTheEvaluationsThatAreCounted(
            @ForAll OdeSolver solver,
            @ForAll Ode.Direction direction,
            @ForAll @IntRange(min = 2, max = 12) int points) {
        try (Scope scope = Scope.open();
                TrainedModel model = denoiser()) {
            Ode path = ode(solver, points, direction);
            SampledPoints end = new PathSampler(model, Optional.empty(), none()).from(path, normal(1, 1, 8, 8));
            assertThat(end.nfe()).isEqualTo(path.nfe()).isPositive();
        }
    }

    @Test
    void aPathTellsWhereItLeadsAndHow() {
        assertThat(GENERATION).hasToString("80 > 0, heun, 64 steps");
        assertThat(INVERSION).hasToString("0 > 80, heun, 64 steps");
        assertThat(INVERSION.toImages()).isEqualTo(GENERATION);
        assertThat(ode(OdeSolver.DDIM, 5, Ode.Direction.RECONSTRUCT)).hasToString("0 > 80 > 0, ddim, 5 steps");
        assertThat(Walk.parse("0 +0.07 > 6").toImages()).isEqualTo(Walk.parse("6 > 0"));
        assertThatThrownBy(GENERATION::toImages).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(Walk.parse("80 > 0")::toImages).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aWalkIsWalkedAsAWalkerDoes() {
        try (Scope scope = Scope.open();
                TrainedModel model = consistent()) {
            Walk walk = Walk.parse("80 > 1.2 > 0");
            Tensor z = normal(2, 1, 8, 8);
            Walker walker = new Walker((x, t, u) -> model.traverse(x, t, u, Optional.empty()), none());
            PathSampler journey = new PathSampler(model, Optional.empty(), none());
            assertThat(journey.generate(walk, z)
                            .x()
                            .equal(walker.generate(walk, z).x()))
                    .isTrue();
            assertThat(journey.from(walk, z).x().equal(walker.from(walk, z).x()))
                    .isTrue();
        }
    }

    @Test
    void eachKindOfModelHasItsOwnPaths() {
        try (Scope scope = Scope.open();
                TrainedModel denoiser = denoiser();
                TrainedModel consistent = consistent()) {
            Tensor z = normal(1, 1, 8, 8);
            PathSampler solving = new PathSampler(denoiser, Optional.empty(), none());
            assertThatThrownBy(() -> solving.generate(Walk.parse("80 > 0"), z))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith("walk \"80 > 0\": this model is a denoiser,");
            PathSampler walking = new PathSampler(consistent, Optional.empty(), none());
            assertThatThrownBy(() -> walking.generate(GENERATION, z))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith("ODE \"80 > 0, heun, 64 steps\": this model is not a denoiser,");
            assertThatThrownBy(() -> solving.generate(INVERSION, z))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("starts at an image");
            assertThatThrownBy(denoiser::requireWalks).isInstanceOf(UserException.class);
            consistent.requireWalks();
        }
    }

    /** It lands at 0 whatever it is told; a walk that says otherwise would call an image by the name of a noise scale. */
    @ParameterizedTest
    @CsvSource({
        "80 > 1.2 > 0,                  1.2, go to 0 and add noise there",
        "80 > 0 +0.2 > 0.8 > 0,         0.8, go to 0 and add noise there",
        "0 +0.07 > 6 > 80,                6, use a bidirectional model",
        "0 > 80,                         80, use a bidirectional model",
        "80 > 2,                          2, use a bidirectional model"
    })
    void aPlainConsistencyModelLeadsToTimeZeroOnly(String walk, String scale, String advice) {
        try (Scope scope = Scope.open();
                TrainedModel plain = consistent(ModelKind.CONSISTENCY)) {
            PathSampler journey = new PathSampler(plain, Optional.empty(), none());
            assertThatThrownBy(() -> journey.from(Walk.parse(walk), normal(1, 1, 8, 8)))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(
                            "walk \"" + walk + "\": this model is a plain consistency model, which leads to 0"
                                    + " only, not to " + scale + ";")
                    .hasMessageContaining(advice);
        }
    }

    @Test
    void aPlainConsistencyModelWalksInMultipleSteps() {
        try (Scope scope = Scope.open();
                TrainedModel plain = consistent(ModelKind.CONSISTENCY)) {
            Tensor z = normal(2, 1, 8, 8);
            PathSampler journey = new PathSampler(plain, Optional.empty(), PathSamplerTest::normal);
            Walk walk = Walk.parse("80 > 0 +2 > 0 +1z > 0");
            assertThat(journey.generate(walk, z).nfe()).isEqualTo(3);
            assertThatThrownBy(() -> plain.traverse(z, 80, 1.2, Optional.empty()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a plain consistency model leads to time 0 (0.002) only, not to 1.2");
        }
    }
}
