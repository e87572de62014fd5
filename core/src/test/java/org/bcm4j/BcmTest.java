package org.bcm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bcm4j.denoiser.DenoisingModel;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolver;
import org.bcm4j.model.ConsistencyModel;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.Preconditioning;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bcm4j.unet.AdmConfig;
import org.bcm4j.unet.Conditioning;
import org.bcm4j.walk.Ode;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** An untrained model only scales what it is given, which is enough to follow noises and labels through batches. */
class BcmTest {
    private static final Walk ZIGZAG = Walk.parse("80 > 0 +0.2 > 0.8 > 0");
    /** Two whole batches and a part of one. */
    private static final int COUNT = 150;

    private static Bcm untrained() {
        AdmConfig network = new AdmConfig(
                8, 1, 2, 0, 8, List.of(1), 1, List.of(), 8, true, 0, 16, Conditioning.JOINT, 3, true, true);
        ModelConfig config =
                new ModelConfig(ModelConfig.FORMAT, Preconditioning.BIDIRECTIONAL, network, "tiny", List.of());
        try (SeededGenerator generator = new SeededGenerator(1, Device.CPU)) {
            Weights weights = Weights.initialized(network.build().layout(), generator, Device.CPU);
            return new Bcm(new ConsistencyModel(config, weights, Device.CPU, Precision.FP32));
        }
    }

    @Test
    void imagesThatAreStreamedAreThoseOfOneCall() {
        try (Scope scope = Scope.open();
                Bcm bcm = untrained()) {
            Optional<Tensor> labels = Optional.of(HostTensors.ofLongs(
                    LongStream.range(0, COUNT).map(i -> i % 3).toArray(), COUNT));
            List<Float> streamed = new ArrayList<>();
            List<Long> sizes = new ArrayList<>();
            bcm.generate(ZIGZAG, COUNT, 4, labels, batch -> {
                sizes.add(batch.size(0));
                for (float value : HostTensors.floats(batch)) {
                    streamed.add(value);
                }
            });
            float[] together = HostTensors.floats(bcm.generate(ZIGZAG, COUNT, 4, labels));

            assertThat(sizes.stream().mapToLong(Long::longValue).sum()).isEqualTo(COUNT);
            assertThat(streamed).hasSize(together.length);
            for (int i = 0; i < together.length; i++) {
                assertThat(streamed.get(i)).isEqualTo(together[i]);
            }
        }
    }

    /** In batches, a denoiser is told the labels of each, and its ODE draws nothing: what was generated is found again. */
    @Test
    void aDenoiserInvertsWhatItGenerated() {
        AdmConfig network = new AdmConfig(
                8, 1, 2, 0, 8, List.of(1), 1, List.of(), 8, true, 0, 16, Conditioning.JOINT, 3, true, true);
        ModelConfig config = new ModelConfig(ModelConfig.FORMAT, Preconditioning.DENOISER, network, "tiny", List.of());
        DeterministicSampler sampler = new DeterministicSampler(OdeSolver.HEUN, 30);
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(1, Device.CPU);
                Bcm bcm = new Bcm(new DenoisingModel(
                        config,
                        Weights.initialized(network.build().layout(), generator, Device.CPU),
                        Device.CPU,
                        Precision.FP32))) {
            Tensor noises = generator.normal(bcm.model().shape(COUNT));
            Optional<Tensor> labels = Optional.of(HostTensors.ofLongs(
                    LongStream.range(0, COUNT).map(i -> i % 3).toArray(), COUNT));
            Tensor images = bcm.generate(new Ode(sampler, Ode.Direction.GENERATE), noises, 0, labels);
            Tensor found = bcm.invert(new Ode(sampler, Ode.Direction.INVERT), images, 0, labels);
            double error = found.sub(noises).abs().max().item_double();
            assertThat(error).as("the errors of 30 steps of Heun's rule").isLessThan(0.05);
            assertThatThrownBy(() -> bcm.generate(ZIGZAG, noises, 0, labels)).isInstanceOf(UserException.class);
        }
    }

    /** So that walks can be compared on the same noises: those that the seed draws at once. */
    @Test
    void theSeedAloneDecidesTheNoisesOfAWalk() {
        try (Scope scope = Scope.open();
                Bcm bcm = untrained();
                SeededGenerator generator = new SeededGenerator(4, Device.CPU)) {
            Tensor noises = generator.normal(bcm.model().shape(COUNT));
            float[] given = HostTensors.floats(bcm.generate(ZIGZAG, noises, 4, Optional.empty()));
            float[] drawn = HostTensors.floats(bcm.generate(ZIGZAG, COUNT, 4, Optional.empty()));
            float[] other = HostTensors.floats(bcm.generate(ZIGZAG, COUNT, 5, Optional.empty()));
            assertThat(drawn).isEqualTo(given).isNotEqualTo(other);
        }
    }
}
