package org.bcm4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NcsnppConfigTest {
    private static final String MANY_ONES = "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1";

    /** As a user writes it; a setting replaces its line. */
    private static NcsnppConfig with(String key, String value) {
        List<String> lines = List.of(
                "image_size: 32",
                "image_channels: 3",
                "width: 16",
                "multipliers: [1, 2]",
                "blocks: 1",
                "attention: [16]",
                "features: {kind: fourier, scale: 0.02}",
                "encoder: residual",
                "decoder: output-skip",
                "filter: [1, 3, 3, 1]",
                "embedding_multiplier: 4",
                "dropout: 0.0",
                "conditioning: joint",
                "classes: 10",
                "null_class: true");
        List<String> changed = lines.stream()
                .map(line -> line.startsWith(key + ":") ? key + ": " + value : line)
                .toList();
        return parse(String.join("\n", changed));
    }

    private static NcsnppConfig parse(String yaml) {
        return ConfigFile.parse(yaml, "test.yaml", NcsnppConfig.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "image_size | 33 | image_size must be divisible by 2, is 33",
                "image_size | 0 | sizes must be positive",
                "image_channels | 0 | sizes must be positive",
                "width | 18 | width must be divisible by 4, is 18",
                "width | 48 | width must be divisible by 32, is 48",
                "width | -4 | sizes must be positive",
                "multipliers | [] | multipliers must not be empty",
                "multipliers | [1, 0] | multipliers must be positive",
                "multipliers | [" + MANY_ONES + "] | multipliers must be at most 16, are 33",
                "blocks | 0 | sizes must be positive",
                "attention | [8] | attention at resolution 8: no level has it",
                "features | {kind: fourier, scale: 0} | scale must be positive, is 0.0",
                "filter | [1, 2] | filter must be an even number of positive taps, the same from either end, is [1, 2]",
                "embedding_multiplier | 0 | sizes must be positive",
                "dropout | 1.0 | dropout must lie in [0,1), is 1.0",
                "dropout | -0.1 | dropout must lie in [0,1), is -0.1",
                "classes | -1 | classes must not be negative",
                "classes | 0 | null_class needs classes",
            })
    void refusesWhatIsNoNetwork(String key, String value, String message) {
        assertThatThrownBy(() -> with(key, value))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message);
    }

    @Test
    void derivesItsWidths() {
        NcsnppConfig joint = with("classes", "10");
        assertThat(joint.embeddingWidth()).isEqualTo(128);
        assertThat(joint.labelColumns()).isEqualTo(11);
        assertThat(with("conditioning", "aligned").embeddingWidth()).isEqualTo(64);
        assertThat(with("conditioning", "time").embeddingWidth()).isEqualTo(64);
        assertThat(with("null_class", "false").labelColumns()).isEqualTo(10);
    }

    @Test
    void whatIsLeftOutIsNcsnpps() {
        NcsnppConfig config = parse("""
            image_size: 32
            image_channels: 3
            width: 128
            multipliers: [2, 2, 2]
            blocks: 4
            attention: [16]
            features: {kind: positional}
            conditioning: time
            """);
        assertThat(config.encoder()).isEqualTo(NcsnppConfig.Encoder.RESIDUAL);
        assertThat(config.decoder()).isEqualTo(NcsnppConfig.Decoder.STANDARD);
        assertThat(config.filter()).containsExactly(1, 3, 3, 1);
        assertThat(config.embeddingMultiplier()).isEqualTo(4);
        assertThat(config.dropout()).isZero();
        assertThat(config.classes()).isZero();
    }

    /**
     * The networks of docs/method.md §3. The first, told t only, is also EDM's, whose count is its fixture's and 128 frequencies; the
     * others were counted by an independent walk over score SDE's modules.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "32 | [2, 2, 2] | 4 | residual | standard | time | 56395651",
                "32 | [2, 2, 2] | 4 | residual | standard | joint | 61901699",
                "32 | [2, 2, 2] | 8 | residual | standard | joint | 106262403",
                "64 | [2, 2, 2] | 4 | residual | standard | joint | 61901699",
                "256 | [1, 1, 2, 2, 4, 4] | 2 | input-skip | output-skip | joint | 131994002",
                "256 | [1, 1, 2, 2, 4, 4] | 2 | input-skip | output-skip | time | 124194194",
            })
    void buildsThePapersNetworks(
            int size,
            String multipliers,
            int blocks,
            String encoder,
            String decoder,
            String conditioning,
            long parameters) {
        NcsnppConfig config = parse("""
            image_size: %d
            image_channels: 3
            width: 128
            multipliers: %s
            blocks: %d
            attention: [16]
            features: {kind: fourier, scale: 0.02}
            encoder: %s
            decoder: %s
            dropout: 0.3
            conditioning: %s
            """.formatted(size, multipliers, blocks, encoder, decoder, conditioning));
        assertThat(config.build().layout().parameterCount()).isEqualTo(parameters);
    }
}
