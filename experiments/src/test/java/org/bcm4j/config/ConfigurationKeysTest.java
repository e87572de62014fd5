package org.bcm4j.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bcm4j.data.DataSource;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.optimizer.OptimizerSettings;
import org.bcm4j.training.InitialModel;
import org.bcm4j.training.TrainingConfig;
import org.bcm4j.training.TrainingStage;
import org.bcm4j.training.terms.IntervalLaw;
import org.bcm4j.training.terms.LossTerm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/configuration.md has every key, with its default. */
class ConfigurationKeysTest {
    private static final Path DOCUMENT = Path.of("../docs/configuration.md");
    private static final Pattern ROW = Pattern.compile("\\| `([a-z0-9_]+)` \\| (required|absent|`[^`]+`) \\| .+ \\|");

    @TempDir
    Path directory;

    static Stream<Arguments> sections() {
        Stream<Arguments> parts = Stream.of(
                Arguments.of("The file", TrainingConfig.class),
                Arguments.of("Output", TrainingConfig.Output.class),
                Arguments.of("Init", InitialModel.class),
                Arguments.of("Stages", TrainingStage.class),
                Arguments.of("Optimizer", OptimizerSettings.class),
                Arguments.of("Times", IntervalLaw.Settings.class));
        return Stream.of(
                        parts,
                        kinds("Data, kind ", DataSource.class, ""),
                        kinds("Network, kind ", NetworkConfig.class, "Config"),
                        kinds("Term ", LossTerm.class, ""))
                .flatMap(part -> part);
    }

    private static Stream<Arguments> kinds(String prefix, Class<?> sealed, String suffix) {
        return Arrays.stream(sealed.getPermittedSubclasses())
                .map(kind -> Arguments.of(
                        prefix + Spelling.kebabCase(kind.getSimpleName().replaceFirst(suffix + "$", "")), kind));
    }

    @ParameterizedTest
    @MethodSource("sections")
    void aSectionHasTheKeysOfItsRecordAndTheirDefaults(String heading, Class<?> type) throws IOException {
        Map<String, String> expected = new LinkedHashMap<>();
        for (RecordShape.Component component : RecordShape.of(type).components()) {
            expected.put(
                    component.key(),
                    component
                            .defaultYaml()
                            .map(yaml -> "`" + yaml + "`")
                            .orElse(component.optional() ? "absent" : "required"));
        }
        assertThat(rows(heading)).containsExactlyEntriesOf(expected);
    }

    private static Map<String, String> rows(String heading) throws IOException {
        String document = Files.readString(DOCUMENT);
        Matcher section = Pattern.compile("(?s)\n##+ " + Pattern.quote(heading) + "\n(.*?)(?=\n## |\n### |\\z)")
                .matcher(document);
        assertThat(section.find()).as("a section \"%s\"", heading).isTrue();
        Map<String, String> rows = new LinkedHashMap<>();
        Matcher row = ROW.matcher(section.group(1));
        while (row.find()) {
            rows.put(row.group(1), row.group(2));
        }
        return rows;
    }

    @Test
    void itsExampleIsAConfiguration() throws IOException {
        Matcher example = Pattern.compile("(?s)```yaml\n(.*?)```").matcher(Files.readString(DOCUMENT));
        assertThat(example.find()).isTrue();
        Path file = Files.writeString(directory.resolve("example.yaml"), example.group(1));
        assertThat(ConfigFile.read(file, TrainingConfig.class).stages()).hasSize(1);
    }
}
