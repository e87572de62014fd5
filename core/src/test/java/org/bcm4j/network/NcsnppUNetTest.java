package org.bcm4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bcm4j.network.NcsnppConfig.Decoder;
import org.bcm4j.network.NcsnppConfig.Encoder;
import org.bcm4j.network.NcsnppConfig.Features;
import org.bcm4j.nn.Dropout;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.KeyedRandom;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NcsnppUNetTest {
    /** Three levels, so that a pyramid has a step that is not its first. */
    private static NcsnppUNet network(Encoder encoder, Decoder decoder, Conditioning conditioning, int classes) {
        boolean fourier = encoder == Encoder.RESIDUAL;
        return new NcsnppConfig(
                        16,
                        2,
                        4,
                        List.of(1, 2, 1),
                        1,
                        List.of(8),
                        fourier ? new Features.Fourier(0.02) : new Features.Positional(),
                        encoder,
                        decoder,
                        fourier ? List.of(1, 3, 3, 1) : List.of(1, 1),
                        4,
                        0.3,
                        conditioning,
                        classes,
                        classes > 0)
                .build();
    }

    private static NcsnppUNet network(Conditioning conditioning, int classes) {
        return network(Encoder.RESIDUAL, Decoder.STANDARD, conditioning, classes);
    }

    /** Weights with no zeros, so that nothing is switched off. */
    private static Weights random(NcsnppUNet network, SeededGenerator generator) {
        Weights weights = Weights.zeros(network.layout(), testDevice());
        weights.views().values().forEach(view -> view.copy_(generator.normal(view.shape())));
        return weights;
    }

    private static Tensor run(NcsnppUNet network, Weights weights, Tensor x, Tensor u, Optional<Tensor> labels) {
        return network.apply(Pass.evaluating(weights), x, testDevice().floats(0.5, 40, 3), u, labels);
    }

    private static Tensor somewhere() {
        return testDevice().floats(0.002, 80, 0.7);
    }

    @ParameterizedTest
    @CsvSource({
        "RESIDUAL, STANDARD, TIME",
        "RESIDUAL, OUTPUT_SKIP, JOINT",
        "INPUT_SKIP, OUTPUT_SKIP, ALIGNED",
        "INPUT_SKIP, STANDARD, JOINT",
        "STANDARD, STANDARD, ALIGNED",
        "STANDARD, OUTPUT_SKIP, TIME"
    })
    void everyDeclaredParameterTakesPartButFrequenciesStay(
            Encoder encoder, Decoder decoder, Conditioning conditioning) {
        NcsnppUNet network = network(encoder, decoder, conditioning, 3);
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(4, testDevice());
                Weights weights = random(network, generator);
                Weights live = weights.trainable()) {
            Tensor x = generator.normal(3, 2, 16, 16);
            Tensor output =
                    run(network, live, x, somewhere(), Optional.of(testDevice().integers(0, 3, 2)));
            assertThat(output.shape()).containsExactly(3, 2, 16, 16);
            output.square().sum().backward();
            live.views().forEach((name, view) -> {
                double gradient = view.grad().abs().sum().item_double();
                if (name.equals("map_noise.freqs")) {
                    assertThat(gradient).isZero();
                } else {
                    assertThat(gradient).as(name).isPositive();
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Decoder.class)
    void itsOutputIsZeroBeforeTraining(Decoder decoder) {
        NcsnppUNet network = network(Encoder.RESIDUAL, decoder, Conditioning.JOINT, 0);
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(4, testDevice());
                Weights weights = Weights.initialized(network.layout(), generator, testDevice())) {
            Tensor output = run(network, weights, generator.normal(3, 2, 16, 16), somewhere(), Optional.empty());
            assertThat(output.abs().max().item_double()).isZero();
        }
    }

    @Property(tries = 10)
    void rotatingTheBatchRotatesTheOutputs(
            @ForAll long seed,
            @ForAll Encoder encoder,
            @ForAll Decoder decoder,
            @ForAll Conditioning conditioning,
            @ForAll @IntRange(min = 1, max = 2) int places) {
        NcsnppUNet network = network(encoder, decoder, conditioning, 2);
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(seed, testDevice());
                Weights weights = random(network, generator)) {
            Pass pass = Pass.evaluating(weights);
            Tensor x = generator.normal(3, 2, 16, 16);
            Tensor t = generator.normal(3).exp();
            Tensor u = generator.normal(3).exp();
            Tensor labels = testDevice().integers(2, 0, 1);
            Tensor plain = network.apply(pass, x, t, u, Optional.of(labels));
            Tensor rotated = network.apply(
                    pass, rolled(x, places), rolled(t, places), rolled(u, places), Optional.of(rolled(labels, places)));
            Tensor expected = rolled(plain, places);
            double difference = rotated.sub(expected).abs().max().item_double();
            assertThat(difference / expected.abs().max().item_double()).isLessThan(1e-4);
            double moved = plain.sub(expected).abs().max().item_double();
            assertThat(moved / expected.abs().max().item_double()).isGreaterThan(1e-2);
        }
    }

    private static Tensor rolled(Tensor batch, long places) {
        return batch.roll(new long[] {places}, 0);
    }

    @ParameterizedTest
    @EnumSource(Conditioning.class)
    void uIsIgnoredIfAndOnlyIfTheNetworkKnowsTimeOnly(Conditioning conditioning) {
        NcsnppUNet network = network(conditioning, 0);
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(6, testDevice());
                Weights weights = random(network, generator)) {
            Tensor x = generator.normal(3, 2, 16, 16);
            Tensor here = run(network, weights, x, somewhere(), Optional.empty());
            Tensor there = run(network, weights, x, testDevice().floats(9, 0.01, Double.NaN), Optional.empty());
            assertThat(here.equal(there)).isEqualTo(conditioning == Conditioning.TIME);
        }
    }

    /** Where fine-tuning begins: the perceptron of t twice, projected by [I, 0]. */
    @Test
    void alignedConditioningCanBeginAsTimeOnlyBitForBit() {
        NcsnppUNet aligned = network(Conditioning.ALIGNED, 2);
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(7, testDevice());
                Weights weights = random(network(Conditioning.TIME, 2), generator);
                Weights both = Weights.zeros(aligned.layout(), testDevice())) {
            both.views().forEach((name, view) -> {
                if (name.equals("map_align.weight")) {
                    view.copy_(cat(1, torch.eye(16), torch.zeros(16, 16)));
                } else {
                    view.copy_(weights.get(name.replace("_end.", ".")));
                }
            });
            Tensor x = generator.normal(3, 2, 16, 16);
            Optional<Tensor> labels = Optional.of(testDevice().integers(0, 1, 2));
            Tensor expected = run(network(Conditioning.TIME, 2), weights, x, somewhere(), labels);
            assertThat(run(aligned, both, x, somewhere(), labels).equal(expected))
                    .isTrue();
        }
    }

    @Test
    void labelsAreWantedIfAndOnlyIfThereAreClasses() {
        NcsnppUNet labelled = network(Conditioning.JOINT, 3);
        NcsnppUNet unlabelled = network(Conditioning.JOINT, 0);
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(8, testDevice());
                Weights weights = random(labelled, generator);
                Weights others = random(unlabelled, generator)) {
            Tensor x = generator.normal(3, 2, 16, 16);
            assertThatThrownBy(() -> run(labelled, weights, x, somewhere(), Optional.empty()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("this network needs a label for every image");
            Optional<Tensor> labels = Optional.of(testDevice().integers(0, 1, 2));
            assertThatThrownBy(() -> run(unlabelled, others, x, somewhere(), labels))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("this network has no classes");
        }
    }

    @Test
    void passesOfOneStepMeetTheSameDropout() {
        NcsnppUNet network = network(Conditioning.JOINT, 0);
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(9, testDevice());
                Weights weights = random(network, generator)) {
            Tensor x = generator.normal(3, 2, 16, 16);
            Tensor t = somewhere();
            Dropout dropout = Dropout.drawnFrom(KeyedRandom.from(9, 0, 0, testDevice()));
            Tensor first = network.apply(new Pass(weights, dropout), x, t, t, Optional.empty());
            Tensor second = network.apply(new Pass(weights, dropout), x, t, t, Optional.empty());
            Tensor whole = network.apply(Pass.evaluating(weights), x, t, t, Optional.empty());
            assertThat(first.equal(second)).isTrue();
            assertThat(first.equal(whole)).isFalse();
        }
    }
}
