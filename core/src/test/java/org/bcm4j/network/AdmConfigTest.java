package org.bcm4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdmConfigTest {
    private static final String MANY_ONES = "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1";

    /** As a user writes it; a setting replaces its line. */
    private static AdmConfig with(String key, String value) {
        List<String> lines = List.of(
                "image_size: 32",
                "image_channels: 3",
                "patch: 2",
                "fine_width: 8",
                "width: 32",
                "multipliers: [1, 2]",
                "blocks: 1",
                "attention: [8]",
                "head_width: 16",
                "dropout: 0.0",
                "conditioning: joint",
                "classes: 10",
                "null_class: true");
        List<String> changed = lines.stream()
                .map(line -> line.startsWith(key + ":") ? key + ": " + value : line)
                .toList();
        return ConfigFile.parse(String.join("\n", changed), "test.yaml", AdmConfig.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "image_size | 34 | image_size must be divisible by 4, is 34",
                "image_size | 0 | sizes must be positive",
                "image_channels | 0 | sizes must be positive",
                "patch | 0 | sizes must be positive",
                "patch | 1 | fine_width needs a patch above 1: the features are at full resolution anyway",
                "fine_width | -1 | fine_width must not be negative, is -1",
                "width | 33 | width must be even, is 33",
                "width | -2 | sizes must be positive",
                "multipliers | [] | multipliers must not be empty",
                "multipliers | [1, 0] | multipliers must be positive",
                "multipliers | [" + MANY_ONES + "] | multipliers must be at most 16, are 33",
                "blocks | 0 | sizes must be positive",
                "head_width | 0 | sizes must be positive",
                "head_width | 24 | head_width must divide the 64 channels of level 1, is 24",
                "attention | [5] | attention at resolution 5: no level has it",
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
        AdmConfig joint = with("classes", "10");
        assertThat(joint.embeddingWidth()).isEqualTo(256);
        assertThat(joint.labelRows()).isEqualTo(11);
        assertThat(with("conditioning", "aligned").embeddingWidth()).isEqualTo(128);
        assertThat(with("null_class", "false").labelRows()).isEqualTo(10);
    }
}
