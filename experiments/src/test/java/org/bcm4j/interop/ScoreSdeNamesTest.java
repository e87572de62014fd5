package org.bcm4j.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bcm4j.interop.ScoreSdeNames.Argument;
import org.bcm4j.network.Conditioning;
import org.bcm4j.network.NcsnppConfig;
import org.bcm4j.network.NcsnppConfig.Decoder;
import org.bcm4j.network.NcsnppConfig.Encoder;
import org.bcm4j.network.NcsnppConfig.Features;
import org.bcm4j.parity.Fixture;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a fixture's weights, whole and damaged. That the converted network computes the same is {@code NcsnppParityTest}'s. */
class ScoreSdeNamesTest {
    private Scope scope;
    private Map<String, Tensor> published;

    @BeforeEach
    void read() {
        scope = Scope.open();
        published = new LinkedHashMap<>(
                Safetensors.read(Fixture.folder("ncsnpp_song").resolve("model.safetensors"))
                        .tensors());
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static NcsnppConfig config(
            int size, int blocks, Encoder encoder, Decoder decoder, Conditioning conditioning) {
        return new NcsnppConfig(
                size,
                3,
                8,
                size == 32 ? List.of(1, 2, 2) : List.of(1, 2),
                blocks,
                List.of(size / 2),
                new Features.Fourier(0.02),
                encoder,
                decoder,
                List.of(1, 3, 3, 1),
                4,
                0,
                conditioning,
                0,
                false);
    }

    private static NcsnppConfig recorded() {
        return config(32, 2, Encoder.RESIDUAL, Decoder.STANDARD, Conditioning.TIME);
    }

    private Map<String, Tensor> convert(NcsnppConfig config) {
        return new ScoreSdeNames(config, Argument.LOG).convert(published, "song.pt");
    }

    @Test
    void givesEveryParameterOfTheNetworkItsShape() {
        Map<String, Tensor> converted = convert(recorded());
        recorded()
                .build()
                .layout()
                .slots()
                .forEach((name, slot) ->
                        assertThat(named(converted, name).shape()).as(name).containsExactly(slot.dimensions()));
        assertThat(converted).hasSize(recorded().build().layout().slots().size());
    }

    @Test
    void attentionIsTransposedAndInterleaved() {
        Map<String, Tensor> converted = convert(recorded());
        double[] fused = doubles(converted, "dec.8x8_in0.qkv.weight");
        double[] biases = doubles(converted, "dec.8x8_in0.qkv.bias");
        for (int which = 0; which < 3; which++) {
            double[] weight = doubles(published, "all_modules.17.NIN_" + which + ".W");
            double[] bias = doubles(published, "all_modules.17.NIN_" + which + ".b");
            for (int out = 0; out < 16; out++) {
                assertThat(biases[3 * out + which]).isEqualTo(bias[out]);
                for (int in = 0; in < 16; in++) {
                    assertThat(fused[(3 * out + which) * 16 + in]).isEqualTo(weight[in * 16 + out]);
                }
            }
        }
    }

    @Test
    void prefixesOfParallelTrainingAreIgnored() {
        Map<String, Tensor> expected = convert(recorded());
        Map<String, Tensor> parallel = new LinkedHashMap<>();
        published.forEach((name, tensor) -> parallel.put("module." + name, tensor));
        Map<String, Tensor> converted = new ScoreSdeNames(recorded(), Argument.LOG).convert(parallel, "song.pt");
        assertThat(converted.keySet()).isEqualTo(expected.keySet());
        converted.forEach((name, tensor) ->
                assertThat(tensor.equal(expected.get(name))).as(name).isTrue());
    }

    /** Our features are of ¼·ln t. */
    @Test
    void frequenciesOfTheLogarithmAreFourTimesThoseOfItsQuarter() {
        double[] log = doubles(convert(recorded()), "map_noise.freqs");
        double[] quarter = doubles(
                new ScoreSdeNames(recorded(), Argument.QUARTER_LOG).convert(published, "song.pt"), "map_noise.freqs");
        double[] stored = doubles(published, "all_modules.0.W");
        for (int i = 0; i < stored.length; i++) {
            assertThat(quarter[i] * 0.02 / stored[i]).isBetween(1 - 1e-6, 1 + 1e-6);
            assertThat(log[i] / quarter[i]).isBetween(4 - 1e-6, 4 + 1e-6);
        }
    }

    /** The LSUN network's kind, whose modules nothing recorded: each is filled with its number, in score SDE's order. */
    @Test
    void findsTheModulesOfSkipPyramids() {
        List<Part> parts = List.of(
                new Part(Kind.FEATURES, "map_noise.freqs"),
                new Part(Kind.LAYER, "map_layer0"),
                new Part(Kind.LAYER, "map_layer1"),
                new Part(Kind.LAYER, "enc.16x16_conv"),
                new Part(Kind.BLOCK, "enc.16x16_block0"),
                new Part(Kind.BLOCK, "enc.8x8_down"),
                new Part(Kind.COMBINE, "enc.8x8_aux_skip"),
                new Part(Kind.BLOCK, "enc.8x8_block0"),
                new Part(Kind.ATTENTION, "enc.8x8_block0"),
                new Part(Kind.BLOCK, "dec.8x8_in0"),
                new Part(Kind.ATTENTION, "dec.8x8_in0"),
                new Part(Kind.BLOCK, "dec.8x8_in1"),
                new Part(Kind.BLOCK, "dec.8x8_block0"),
                new Part(Kind.BLOCK, "dec.8x8_block1"),
                new Part(Kind.ATTENTION, "dec.8x8_block1"),
                new Part(Kind.LAYER, "dec.8x8_aux_norm"),
                new Part(Kind.LAYER, "dec.8x8_aux_conv"),
                new Part(Kind.BLOCK, "dec.16x16_up"),
                new Part(Kind.BLOCK, "dec.16x16_block0"),
                new Part(Kind.BLOCK, "dec.16x16_block1"),
                new Part(Kind.LAYER, "dec.16x16_aux_norm"),
                new Part(Kind.LAYER, "dec.16x16_aux_conv"));
        NcsnppConfig config = config(16, 1, Encoder.INPUT_SKIP, Decoder.OUTPUT_SKIP, Conditioning.TIME);
        Map<String, WeightLayout.Slot> slots = config.build().layout().slots();
        published.clear();
        Map<String, Integer> expected = new LinkedHashMap<>();
        for (int number = 0; number < parts.size(); number++) {
            fill(parts.get(number), number, slots, expected);
        }

        Map<String, Tensor> converted = new ScoreSdeNames(config, Argument.QUARTER_LOG).convert(published, "lsun.pt");
        assertThat(converted.keySet()).isEqualTo(expected.keySet()).isEqualTo(slots.keySet());
        converted.forEach((name, tensor) ->
                assertThat(HostTensors.doubles(tensor)).as(name).containsOnly(named(expected, name)));
    }

    private enum Kind {
        FEATURES,
        LAYER,
        COMBINE,
        BLOCK,
        ATTENTION
    }

    /** A module of score SDE's, and what its parameters' names begin with here. */
    private record Part(Kind kind, String ours) {
        /** Layers here, by their names in score SDE's code; attention's dense layers are matrices there. */
        Map<String, String> layers() {
            return switch (kind) {
                case FEATURES -> Map.of();
                case LAYER -> Map.of("", "");
                case COMBINE -> Map.of("", "Conv_0.");
                case BLOCK ->
                    Map.of(
                            ".norm0", "GroupNorm_0.",
                            ".conv0", "Conv_0.",
                            ".affine", "Dense_0.",
                            ".norm1", "GroupNorm_1.",
                            ".conv1", "Conv_1.",
                            ".skip", "Conv_2.");
                case ATTENTION -> Map.of(".norm2", "GroupNorm_0.");
            };
        }
    }

    /** Publishes a module whose parameters all have the value {@code number}. */
    private void fill(Part part, int number, Map<String, WeightLayout.Slot> slots, Map<String, Integer> expected) {
        String theirs = "all_modules." + number + ".";
        String ours = part.ours();
        if (part.kind() == Kind.FEATURES) {
            published.put(
                    theirs + "W", Device.CPU.full(number, named(slots, ours).dimensions()));
            expected.put(ours, number);
        }
        part.layers()
                .forEach((layer, name) -> List.of("weight", "bias").forEach(parameter -> {
                    WeightLayout.Slot slot = slots.get(ours + layer + "." + parameter);
                    if (slot != null) {
                        published.put(theirs + name + parameter, Device.CPU.full(number, slot.dimensions()));
                        expected.put(ours + layer + "." + parameter, number);
                    }
                }));
        if (part.kind() == Kind.ATTENTION) {
            long channels = named(slots, ours + ".norm2.bias").size();
            for (int i = 0; i < 4; i++) {
                published.put(theirs + "NIN_" + i + ".W", Device.CPU.full(number, channels, channels));
                published.put(theirs + "NIN_" + i + ".b", Device.CPU.full(number, channels));
            }
            List.of(".qkv.weight", ".qkv.bias", ".proj.weight", ".proj.bias")
                    .forEach(parameter -> expected.put(ours + parameter, number));
        }
    }

    private static <T> T named(Map<String, T> map, String name) {
        return Objects.requireNonNull(map.get(name), name);
    }

    private static double[] doubles(Map<String, Tensor> tensors, String name) {
        return HostTensors.doubles(named(tensors, name));
    }

    @Test
    void refusesAnotherNetworksWeights() {
        Tensor weight = named(published, "all_modules.8.Conv_2.weight");
        published.remove("all_modules.8.Conv_2.weight");
        assertRefused(recorded(), "\n  all_modules.8.Conv_2.weight is missing");
        published.put("all_modules.8.Conv_2.weight", Device.CPU.zeros(16, 8, 3, 3));
        assertRefused(
                recorded(), "\n  all_modules.8.Conv_2.weight has shape [16, 8, 3, 3], the network needs [16, 8, 1, 1]");
        published.put("all_modules.8.Conv_2.weight", weight);
        published.put("all_modules.33.weight", weight);
        assertRefused(recorded(), "\n  all_modules.33.weight has no place in the network");
    }

    @Test
    void reportsAllOfItAtOnce() {
        published.remove("all_modules.17.NIN_1.W");
        published.put("all_modules.0.W", Device.CPU.zeros(9));
        published.put("all_modules.33.weight", Device.CPU.zeros(1));
        assertThatThrownBy(() -> convert(recorded()))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(
                        "song.pt: 3 tensors do not fit the network; is the configuration that of another network?")
                .hasMessageContainingAll(
                        "all_modules.17.NIN_1.W is missing",
                        "all_modules.0.W has shape [9], the network needs [8]",
                        "all_modules.33.weight has no place in the network");
    }

    @Test
    void refusesConfigurationsOfAnotherKind() {
        assertRefused(
                config(32, 2, Encoder.STANDARD, Decoder.STANDARD, Conditioning.TIME),
                "\n  all_modules.7.GroupNorm_0.weight is missing");
        assertRefused(
                config(32, 2, Encoder.RESIDUAL, Decoder.STANDARD, Conditioning.JOINT),
                "song.pt: score SDE's networks take neither u nor classes");
    }

    private void assertRefused(NcsnppConfig config, String message) {
        assertThatThrownBy(() -> convert(config))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("song.pt: ")
                .hasMessageContaining(message);
    }
}
