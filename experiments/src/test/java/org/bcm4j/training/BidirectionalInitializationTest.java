package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.AdmUNet;
import org.bcm4j.network.Conditioning;
import org.bcm4j.network.NcsnppConfig;
import org.bcm4j.network.NcsnppUNet;
import org.bcm4j.network.Network;
import org.bcm4j.nn.Pass;
import org.bcm4j.parity.Fixture;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the published code's own initialisation; tolerances are relative to the largest output. Measured: 1.2e-6. */
class BidirectionalInitializationTest {
    private static final double TOLERANCE = 1e-4;
    private static final Network TIME = IctFixture.network(Conditioning.TIME);
    private static final Network ALIGNED = IctFixture.network(Conditioning.ALIGNED);

    @Test
    void theConsistencyModelItStartsFromIsThePublishedOne() {
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients();
                Weights weights = IctFixture.weights()) {
            Fixture fixture = IctFixture.open();
            ConsistencyFunction function = new ConsistencyFunction(TIME, ModelKind.CONSISTENCY);

            assertThat(Fixture.relativeError(raw(function, weights, fixture, 0.002), fixture.tensor("ict/F")))
                    .isLessThan(TOLERANCE);
            assertThat(Fixture.relativeError(mapped(function, weights, fixture, 0.002), fixture.tensor("ict/f")))
                    .isLessThan(TOLERANCE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.002", "0.7", "80.0"})
    void outputsAreThoseOfThePublishedInitialization(String u) {
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients();
                Weights consistency = IctFixture.weights();
                Weights weights = initialized(consistency)) {
            Fixture fixture = IctFixture.open();
            ConsistencyFunction function = new ConsistencyFunction(ALIGNED, ModelKind.BIDIRECTIONAL);
            String prefix = "bcm_init/u=" + u + "/";

            Tensor raw = raw(function, weights, fixture, Double.parseDouble(u));
            assertThat(Fixture.relativeError(raw, fixture.tensor(prefix + "F"))).isLessThan(TOLERANCE);
            Tensor mapped = mapped(function, weights, fixture, Double.parseDouble(u));
            assertThat(Fixture.relativeError(mapped, fixture.tensor(prefix + "f")))
                    .isLessThan(TOLERANCE);
        }
    }

    @Property(tries = 20)
    void theRawOutputStaysBitForBitWhateverUIs(@ForAll @DoubleRange(min = 0.002, max = 80) @Scale(3) double u) {
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients();
                Weights consistency = IctFixture.weights();
                Weights weights = initialized(consistency)) {
            Fixture fixture = IctFixture.open();
            Tensor before = raw(new ConsistencyFunction(TIME, ModelKind.CONSISTENCY), consistency, fixture, u);
            Tensor after = raw(new ConsistencyFunction(ALIGNED, ModelKind.BIDIRECTIONAL), weights, fixture, u);

            assertThat(after.equal(before)).isTrue();
        }
    }

    @Property(tries = 20)
    void alsoOfNcsnpp(@ForAll @DoubleRange(min = 0.002, max = 80) @Scale(3) double u) {
        NcsnppUNet time = ncsnpp(Conditioning.TIME);
        NcsnppUNet aligned = ncsnpp(Conditioning.ALIGNED);
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients();
                SeededGenerator generator = new SeededGenerator(5, testDevice());
                Weights consistency = Weights.zeros(time.layout(), testDevice())) {
            consistency.views().values().forEach(view -> view.copy_(generator.normal(view.shape())));
            Tensor x = generator.normal(2, 1, 8, 8);
            Tensor t = testDevice().floats(0.3, 20);
            Tensor to = testDevice().full(u, 2);
            Optional<Tensor> labels = Optional.of(testDevice().integers(1, 0));
            Tensor before = time.apply(Pass.evaluating(consistency), x, t, to, labels);
            try (Weights weights =
                    BidirectionalInitialization.from(consistency, "ncsnpp", aligned.layout(), testDevice())) {
                Tensor after = aligned.apply(Pass.evaluating(weights), x, t, to, labels);

                assertThat(after.equal(before)).isTrue();
                assertThat(before.abs().max().item_double()).isPositive().isFinite();
            }
        }
    }

    private static NcsnppUNet ncsnpp(Conditioning conditioning) {
        return new NcsnppUNet(new NcsnppConfig(
                8,
                1,
                8,
                List.of(1, 2),
                1,
                List.of(4),
                new NcsnppConfig.Features.Fourier(0.02),
                NcsnppConfig.Encoder.RESIDUAL,
                NcsnppConfig.Decoder.STANDARD,
                List.of(1, 3, 3, 1),
                4,
                0,
                conditioning,
                2,
                false));
    }

    /** With the projection [0, I] instead of [I, 0], the network is told u where it was told t. */
    @Test
    void theSecondPerceptronIsACopyOfTheFirst() {
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients();
                Weights consistency = IctFixture.weights();
                Weights weights = initialized(consistency)) {
            Tensor projection = weights.get("time_embed_align.weight");
            projection.copy_(projection.roll(new long[] {projection.size(0)}, 1));
            Fixture fixture = IctFixture.open();
            Tensor x = fixture.tensor("x_t");
            Tensor t = fixture.tensor("t");
            Tensor u = t.mul(scalar(0.5));
            Optional<Tensor> labels = Optional.of(fixture.tensor("y"));

            Tensor toldOfU = ALIGNED.apply(Pass.evaluating(weights), x, t, u, labels);
            assertThat(toldOfU.equal(TIME.apply(Pass.evaluating(consistency), x, u, u, labels)))
                    .isTrue();
            assertThat(toldOfU.equal(TIME.apply(Pass.evaluating(consistency), x, t, u, labels)))
                    .isFalse();
        }
    }

    @Test
    void trainingTheOneLeavesTheOtherAlone() {
        try (Scope scope = Scope.open();
                Weights consistency = IctFixture.weights();
                Weights weights = initialized(consistency)) {
            Tensor before = consistency.flat().clone();
            weights.flat().zero_();

            assertThat(consistency.flat().equal(before)).isTrue();
        }
    }

    @Test
    void otherConditioningsAreRefused() {
        try (Weights consistency = IctFixture.weights();
                Weights aligned = initialized(consistency);
                Weights joint =
                        Weights.zeros(IctFixture.network(Conditioning.JOINT).layout(), testDevice())) {
            for (Network target : List.of(TIME, IctFixture.network(Conditioning.JOINT))) {
                assertThatThrownBy(() -> BidirectionalInitialization.from(
                                consistency, "my.model", target.layout(), testDevice()))
                        .isInstanceOf(UserException.class)
                        .hasMessageContainingAll("my.model", "conditioning: time", "conditioning: aligned");
            }
            assertThatThrownBy(
                            () -> BidirectionalInitialization.from(aligned, "my.model", ALIGNED.layout(), testDevice()))
                    .isInstanceOf(UserException.class)
                    .hasMessageContainingAll("my.model", "conditioning: time");
            assertThatThrownBy(
                            () -> BidirectionalInitialization.from(joint, "my.model", ALIGNED.layout(), testDevice()))
                    .isInstanceOf(UserException.class)
                    .hasMessageContainingAll("my.model", "time_embed.0.weight has shape [256, 64]");
        }
    }

    @Test
    void anotherNetworkIsRefused() {
        AdmUNet wider = new AdmUNet(new AdmConfig(
                16,
                3,
                1,
                0,
                64,
                List.of(1, 1),
                1,
                List.of(16, 8),
                16,
                false,
                0,
                16,
                Conditioning.ALIGNED,
                10,
                false,
                true));
        try (Weights consistency = IctFixture.weights()) {
            assertThatThrownBy(() ->
                            BidirectionalInitialization.from(consistency, "my.model", wider.layout(), testDevice()))
                    .isInstanceOf(UserException.class)
                    .hasMessageContainingAll("my.model", "time_embed.0.weight", "[128, 32]", "[256, 64]");
        }
    }

    private static Weights initialized(Weights consistency) {
        return BidirectionalInitialization.from(consistency, "ict_adm", ALIGNED.layout(), testDevice());
    }

    private static Tensor raw(ConsistencyFunction function, Weights weights, Fixture fixture, double u) {
        Tensor t = fixture.tensor("t");
        return function.raw(
                Pass.evaluating(weights),
                fixture.tensor("x_t"),
                t,
                testDevice().full(u, t.numel()),
                Optional.of(fixture.tensor("y")));
    }

    private static Tensor mapped(ConsistencyFunction function, Weights weights, Fixture fixture, double u) {
        Tensor t = fixture.tensor("t");
        return function.apply(
                Pass.evaluating(weights),
                fixture.tensor("x_t"),
                t,
                testDevice().full(u, t.numel()),
                Optional.of(fixture.tensor("y")));
    }
}
