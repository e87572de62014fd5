package org.bcm4j.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.AdmUNet;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.terms.BidirectionalConsistency;
import org.bcm4j.training.terms.BidirectionalConsistency.SoftTarget;
import org.bcm4j.training.terms.Consistency;
import org.bcm4j.training.terms.Loss;
import org.bcm4j.training.terms.PseudoHuber;
import org.bcm4j.training.terms.SoftBatch;
import org.bcm4j.training.terms.TrainedFunction;
import org.bcm4j.training.terms.TrainingBatch;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** The losses of the published code and their gradients, with given noises and times in place of drawn ones. */
class LossesParityTest {
    private static final Percentage TOLERANCE = Percentage.withPercentage(0.01);

    /** The two constants of the fixture; the published code divides by √D with either. */
    enum Constant {
        PUBLISHED("c0.06"),
        ICT("cD");

        private final String tag;

        Constant(String tag) {
            this.tag = tag;
        }

        PseudoHuber distance(Fixture fixture) {
            return new PseudoHuber(fixture.config().path("c_values").path(tag).doubleValue(), true);
        }
    }

    private final ConsistencyFunction function =
            new ConsistencyFunction(new AdmUNet(Fixture.BCM_ADM), ModelKind.BIDIRECTIONAL);
    private Scope scope;
    private Fixture fixture;
    private Weights live;
    private Weights constant;

    @BeforeEach
    void open() {
        scope = Scope.open();
        fixture = Fixture.open("bcm_losses");
        try (Weights weights = Fixture.bcmAdmWeights()) {
            live = weights.trainable();
            constant = weights.frozen();
        }
    }

    @AfterEach
    void close() {
        constant.close();
        live.close();
        scope.close();
    }

    @ParameterizedTest
    @EnumSource
    void distances(Constant c) {
        PseudoHuber distance = c.distance(fixture);
        Tensor target = fixture.tensor("f_t2");
        Tensor toZero = distance.apply(fixture.tensor("f_t"), target);
        Tensor throughU = distance.apply(fixture.tensor("f_est_t3"), target);

        // Measured: 2e-7.
        assertThat(Fixture.relativeError(toZero, fixture.tensor(c.tag + "/huber_ct")))
                .isLessThan(1e-6);
        assertThat(Fixture.relativeError(throughU, fixture.tensor(c.tag + "/huber_soft")))
                .isLessThan(1e-6);
    }

    /** Each image of the batch alone, so that the mean over the batch is its own loss. */
    @ParameterizedTest
    @EnumSource
    void lossOfEachImage(Constant c) {
        double[] total = fixture.doubles(c.tag + "/loss");
        double[] consistency = fixture.doubles(c.tag + "/loss_ct");
        double[] soft = fixture.doubles(c.tag + "/loss_soft");
        for (int i = 0; i < total.length; i++) {
            Loss both = loss("total", c, example(i, 1));
            assertThat(both.total().item_double()).isCloseTo(total[i], TOLERANCE);
            assertThat(part(both, "consistency")).isCloseTo(consistency[i], TOLERANCE);
            assertThat(part(both, "soft")).isCloseTo(soft[i], TOLERANCE);
            assertThat(loss("ct", c, example(i, 1)).total().item_double()).isCloseTo(consistency[i], TOLERANCE);
            assertThat(loss("soft", c, example(i, 1)).total().item_double()).isCloseTo(soft[i], TOLERANCE);
        }
    }

    /** Gradients of the batch's mean, tensor by tensor: the norm of the difference over the norm. Measured: 2.1e-5. */
    @ParameterizedTest
    @CsvSource({"PUBLISHED, total", "PUBLISHED, ct", "PUBLISHED, soft", "ICT, total"})
    void gradients(Constant c, String objective) {
        loss(objective, c, example(0, 3)).total().backward();

        String prefix = c.tag + "/grad_" + objective + "/";
        int compared = 0;
        for (String name : fixture.tensors().keySet()) {
            if (name.startsWith(prefix)) {
                Tensor gradient = live.get(name.substring(prefix.length())).grad();
                assertThat(Fixture.relativeErrorOfNorm(gradient, fixture.tensor(name)))
                        .as(name)
                        .isLessThan(1e-4);
                compared++;
            }
        }
        assertThat(compared).isEqualTo(9);
    }

    /**
     * The norm of every parameter's gradient. Some are zero but for rounding (a bias before a group norm of one channel
     * per group has no effect), so errors are also allowed to be a millionth of the largest norm.
     */
    @ParameterizedTest
    @EnumSource
    void gradientNormsOfEveryParameter(Constant c) {
        loss("total", c, example(0, 3)).total().backward();

        JsonNode norms =
                fixture.config().path("total_loss_grad_l2_norms_of_all_params").path(c.tag);
        assertThat(norms.propertyNames())
                .containsExactlyInAnyOrderElementsOf(live.views().keySet());
        live.views().forEach((name, parameter) -> {
            double expected = norms.path(name).doubleValue();
            double actual = parameter.grad().norm().item_double();
            assertThat(Math.abs(actual - expected)).as(name).isLessThan(1e-4 * expected + 1e-6);
        });
    }

    /** The loss that the fixture calls {@code name}. */
    private Loss loss(String name, Constant c, TrainingBatch example) {
        TrainedFunction f = new TrainedFunction(function, live, constant);
        PseudoHuber distance = c.distance(fixture);
        SoftBatch batch =
                new SoftBatch(example, Math.toIntExact(example.images().size(0)));
        return switch (name) {
            case "total" -> BidirectionalConsistency.paper().of(f, batch, distance);
            case "ct" -> Consistency.paper().of(f, example, distance);
            case "soft" -> BidirectionalConsistency.of(SoftTarget.EQ9, false).of(f, batch, distance);
            default -> throw new AssertionError(name);
        };
    }

    private static double part(Loss loss, String name) {
        return Objects.requireNonNull(loss.parts().get(name)).item_double();
    }

    /** Images {@code first} to {@code first + count} of the recorded batch. */
    private TrainingBatch example(long first, long count) {
        return new TrainingBatch(
                slice("x0", first, count),
                slice("z", first, count),
                slice("t", first, count),
                slice("t2", first, count),
                slice("t3", first, count),
                Optional.of(slice("y", first, count)));
    }

    private Tensor slice(String name, long first, long count) {
        return fixture.tensor(name).narrow(0, first, count);
    }
}
