package org.bcm4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigErrorsTest {
    private static final String VALID = """
            name: edm
            seed: 1
            training:
              batch_size: 64
              rate: 0.5
              optimiser: {kind: descent, learning_rate: 1e-4}
            """;

    /** A line of the valid text, what replaces it, and the whole message. */
    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of(
                        "  batch_size: 64",
                        "  batchsize: 64",
                        "x.yaml:4:3: unknown key \"batchsize\" in training; did you mean \"batch_size\"?"),
                Arguments.of(
                        "  batch_size: 64",
                        "  BATCH_SIZE: 64",
                        "x.yaml:4:3: unknown key \"BATCH_SIZE\" in training; did you mean \"batch_size\"?"),
                Arguments.of(
                        "seed: 1",
                        "sede: 1",
                        "x.yaml:2:1: unknown key \"sede\" at the top level; did you mean \"seed\"?"),
                Arguments.of(
                        "seed: 1",
                        "seed: 1\nlogging: {verbosity: 3}",
                        "x.yaml:3:11: unknown key \"verbosity\" in logging; expected one of \"every\", \"folder\""),
                Arguments.of(
                        "seed: 1",
                        "seed: 1\nlogging: {folder: \"\"}",
                        "x.yaml:3:19: logging.folder: \"\" is not a file or folder; the current folder is \".\""),
                Arguments.of("seed: 1", "# none", "x.yaml:1:1: missing key \"seed\" at the top level"),
                Arguments.of("  rate: 0.5", "", "x.yaml:4:3: missing key \"rate\" in training"),
                Arguments.of(
                        "seed: 1", "seed: 1\nname: x", "x.yaml:3:1: duplicate key \"name\", already at x.yaml:1:1"),
                Arguments.of(
                        "  rate: 0.5", "  rate: abc", "x.yaml:5:9: expected a number for training.rate, found \"abc\""),
                Arguments.of(
                        "  rate: 0.5", "  rate: \"1\"", "x.yaml:5:9: expected a number for training.rate, found \"1\""),
                Arguments.of(
                        "  rate: 0.5", "  rate:", "x.yaml:5:8: expected a number for training.rate, found nothing"),
                Arguments.of(
                        "  rate: 0.5",
                        "  rate: .nan",
                        "x.yaml:5:9: expected a finite number for training.rate, found .nan"),
                Arguments.of(
                        "  rate: 0.5",
                        "  rate: 1e999",
                        "x.yaml:5:9: expected a finite number for training.rate, found 1e999"),
                Arguments.of("  rate: 0.5", "  rate: 1.5", "x.yaml:5:3: training: rate must lie in [0,1), is 1.5"),
                Arguments.of(
                        "  batch_size: 64",
                        "  batch_size: 1.5",
                        "x.yaml:4:15: expected a whole number for training.batch_size, found 1.5"),
                Arguments.of(
                        "  batch_size: 64",
                        "  batch_size: '64'",
                        "x.yaml:4:15: expected a whole number for training.batch_size, found \"64\""),
                Arguments.of(
                        "  batch_size: 64",
                        "  batch_size: 3000000000",
                        "x.yaml:4:15: expected a whole number from -2147483648 to 2147483647 for training.batch_size,"
                                + " found 3000000000"),
                Arguments.of(
                        "  batch_size: 64",
                        "  batch_size: [64]",
                        "x.yaml:4:15: expected a whole number for training.batch_size, found a list"),
                Arguments.of(
                        "  rate: 0.5",
                        "  rate: 0.5\n  use_fp16: 1",
                        "x.yaml:6:13: expected true or false for training.use_fp16, found 1"),
                Arguments.of(
                        "  rate: 0.5",
                        "  rate: 0.5\n  law: lognormal",
                        "x.yaml:6:8: unknown value \"lognormal\" for training.law; did you mean \"log-normal\"?"),
                Arguments.of(
                        "  rate: 0.5",
                        "  rate: 0.5\n  law: cosine",
                        "x.yaml:6:8: unknown value \"cosine\" for training.law; expected one of \"uniform\","
                                + " \"log-normal\""),
                Arguments.of(
                        "  rate: 0.5",
                        "  rate: 0.5\n  law: {}",
                        "x.yaml:6:8: expected one of uniform, log-normal for training.law, found a mapping"),
                Arguments.of(
                        "  rate: 0.5",
                        "  rate: 0.5\n  stages:\n  - {steps: 1, intervals: 2}\n  - {steps: x, intervals: 2}",
                        "x.yaml:8:13: expected a whole number for training.stages[1].steps, found \"x\""),
                Arguments.of(
                        "  rate: 0.5",
                        "  rate: 0.5\n  stages: 3",
                        "x.yaml:6:11: expected a list for training.stages, found 3"),
                Arguments.of(
                        "  rate: 0.5",
                        "  rate: 0.5\n  weights: {l1: true}",
                        "x.yaml:6:17: expected a number for training.weights.l1, found true"),
                Arguments.of(
                        "name: edm", "name: 1.0", "x.yaml:1:7: expected text for name, found 1.0; put it in quotes"),
                Arguments.of(
                        "  optimiser: {kind: descent, learning_rate: 1e-4}",
                        "  optimiser: {kind: decent, learning_rate: 1e-4}",
                        "x.yaml:6:21: unknown kind \"decent\" in training.optimiser; did you mean \"descent\"?"),
                Arguments.of(
                        "  optimiser: {kind: descent, learning_rate: 1e-4}",
                        "  optimiser: {learning_rate: 1e-4}",
                        "x.yaml:6:14: missing key \"kind\" in training.optimiser; it is one of rectified-adam,"
                                + " descent"),
                Arguments.of(
                        "  optimiser: {kind: descent, learning_rate: 1e-4}",
                        "  optimiser: {kind: descent, learning_rate: 1e-4, beta: 1}",
                        "x.yaml:6:51: unknown key \"beta\" in training.optimiser; expected one of \"learning_rate\""),
                Arguments.of(
                        "  optimiser: {kind: descent, learning_rate: 1e-4}",
                        "  optimiser: descent",
                        "x.yaml:6:14: expected a mapping for training.optimiser, found \"descent\""),
                Arguments.of(
                        "name: edm", "name: a: b", "x.yaml:1:8: not valid YAML: mapping values are not allowed here"),
                Arguments.of(
                        "name: edm", "name: \u0007", "x.yaml:1:7: not valid YAML: character U+0007 is not allowed"),
                Arguments.of(
                        "seed: 1",
                        "\tseed: 1",
                        "x.yaml:2:1: not valid YAML: found character '\\t(TAB)' that cannot start any token. (Do not"
                                + " use \\t(TAB) for indentation)"),
                Arguments.of(
                        "name: edm", "name: !path edm", "x.yaml:1:7: the tag !path has no meaning here; remove it"),
                Arguments.of(
                        "name: edm",
                        "name: &n [*n]",
                        "x.yaml:1:7: the anchor here contains itself; write the values out"),
                Arguments.of("name: edm", "[a, b]: edm", "x.yaml:1:1: a key must be a plain name"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void tellsEveryMistakeInOneExactLine(String line, String replacement, String message) {
        assertThat(VALID).contains(line + "\n");
        String text = VALID.replace(line + "\n", replacement + "\n");

        assertThatThrownBy(() -> ConfigFile.parse(text, "x.yaml", Experiment.class))
                .isInstanceOf(UserException.class)
                .hasMessage(message);
    }

    static final List<Arguments> WRONG_SETTINGS = List.of(
            Arguments.of(
                    "training.batchsize=3",
                    "--set training.batchsize=3: unknown key \"batchsize\" in training; did you mean \"batch_size\"?"),
            Arguments.of(
                    "training.batch_size=lots",
                    "--set training.batch_size=lots: expected a whole number for training.batch_size, found \"lots\""),
            Arguments.of(
                    "trainig.rate=0.1",
                    "--set trainig.rate=0.1: unknown key \"trainig\" at the top level; did you mean \"training\"?"),
            Arguments.of("seed.x=1", "--set seed.x=1: seed is 1, which has no keys"),
            Arguments.of("seed", "--set seed: expected key=value, such as batch_size=64"),
            Arguments.of("=1", "--set =1: expected key=value, such as batch_size=64"),
            Arguments.of("seed=[1", "--set seed=[1: not valid YAML: expected ',' or ']', but got <stream end>"),
            Arguments.of(
                    "resolutions.2=1",
                    "--set resolutions.2=1: resolutions is a list of 2; \"2\" is not an index from 0 to 1"));

    @ParameterizedTest
    @FieldSource("WRONG_SETTINGS")
    void tellsMistakesInSettingsAsTheyWereTyped(String setting, String message, @TempDir Path folder)
            throws IOException {
        Path file = Files.writeString(folder.resolve("x.yaml"), VALID + "resolutions: [32, 64]\n");

        assertThatThrownBy(() -> ConfigFile.read(file, Experiment.class, List.of(setting)))
                .isInstanceOf(UserException.class)
                .hasMessage(message);
    }

    @Test
    void tellsFilesThatCannotBeReadByName(@TempDir Path folder) throws IOException {
        Path absent = folder.resolve("absent.yaml");
        assertThatThrownBy(() -> ConfigFile.read(absent, Experiment.class))
                .isInstanceOf(UserException.class)
                .hasMessage("cannot read " + absent + ": no such file; check the path");

        Path latin = Files.write(folder.resolve("latin.yaml"), "name: é".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> ConfigFile.read(latin, Experiment.class))
                .isInstanceOf(UserException.class)
                .hasMessage(latin + ": is not text in UTF-8; save it in that encoding");
    }

    @Test
    void tellsListsThatAreNestedTooDeeply() {
        assertThatThrownBy(() -> ConfigFile.parse("[".repeat(100_000), "x.yaml", Experiment.class))
                .isInstanceOf(UserException.class)
                .hasMessage("x.yaml:1:1: lists or mappings are nested too deeply; write flatter ones");
    }

    record Wrong(Thread thread) {}

    record Needless(@Default("1") Optional<Integer> count) {}

    record Mistaken(@Default("one") int count) {}

    @Test
    void blamesTheProgrammerForWhatNoFileCanMend() {
        assertThatThrownBy(() -> ConfigFile.parse("thread: 1", "x.yaml", Wrong.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("thread has type java.lang.Thread, which a configuration cannot hold");
        assertThatThrownBy(() -> ConfigFile.parse("", "x.yaml", Needless.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("is optional and needs no @Default");
        assertThatThrownBy(() -> ConfigFile.parse("", "x.yaml", Mistaken.class))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("@Default of ")
                .hasMessageEndingWith("expected a whole number for count, found \"one\"");
        assertThatThrownBy(() -> ConfigFile.toJson(new Experiment.Descent(Double.NaN)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a configuration cannot hold NaN");
    }

    @Test
    void keepsLongAndMultiLineValuesFromBreakingTheLine() {
        List<String> lines = new ArrayList<>(List.of("learning_rate: |"));
        for (int line = 0; line < 50; line++) {
            lines.add("  abc");
        }
        assertThatThrownBy(() -> ConfigFile.parse(String.join("\n", lines), "x.yaml", Experiment.Descent.class))
                .isInstanceOf(UserException.class)
                .message()
                .startsWith("x.yaml:1:16: expected a number for learning_rate, found \"abc\\nabc")
                .endsWith("…\"")
                .hasLineCount(1);
    }
}
