package org.bcm4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
    private static final String TEXT = """
            # What the CIFAR-10 runs share
            name: edm
            seed: 0x10
            training: &training
              batch_size: 64
              rate: 0
              law: log_normal
              optimiser: {kind: rectified-adam, learning_rate: 1e-4}
              stages:
              - {steps: 10, intervals: 4}
              - {steps: 20, intervals: 8}
              weights: {b: 2, a: .5}
              images: 3000000000
            """;

    @Test
    void readsEveryKindOfValue() {
        Experiment read = ConfigFile.parse(TEXT, "x.yaml", Experiment.class);

        assertThat(read)
                .isEqualTo(new Experiment(
                        "edm",
                        16,
                        new Experiment.Training(
                                64,
                                0.0,
                                false,
                                Experiment.Law.LOG_NORMAL,
                                new Experiment.RectifiedAdam(1e-4, 0.99),
                                List.of(new Experiment.Stage(10, 4), new Experiment.Stage(20, 8)),
                                Map.of("b", 2.0, "a", 0.5),
                                OptionalInt.empty(),
                                OptionalLong.of(3_000_000_000L),
                                OptionalDouble.empty()),
                        new Experiment.Logging(100, Path.of("runs/today")),
                        Optional.empty(),
                        Optional.empty()));
        assertThat(read.training().weights().keySet()).as("order of the file").containsExactly("b", "a");
    }

    private record Part(Experiment.Training training) {}

    @Test
    void readsAPartAsStrictlyAsTheWhole(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("x.yaml");
        Files.writeString(file, TEXT);
        assertThat(ConfigFile.readPart(file, Part.class).training())
                .isEqualTo(ConfigFile.parse(TEXT, "x.yaml", Experiment.class).training());

        Files.writeString(file, TEXT.replace("batch_size", "batchsize"));
        assertThatThrownBy(() -> ConfigFile.readPart(file, Part.class))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("unknown key \"batchsize\" in training");
        Files.writeString(file, "seed: 1\n");
        assertThatThrownBy(() -> ConfigFile.readPart(file, Part.class))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("missing key \"training\" at the top level");
    }

    @Test
    void readsJsonAsEditorsAndMachinesWriteIt() {
        String tabs = "{\r\n\t\"learning_rate\":\t1E-4,\r\n\t\"beta\": 5e-1\r\n}\r\n";
        assertThat(ConfigFile.parse(tabs, "x.json", Experiment.RectifiedAdam.class))
                .isEqualTo(new Experiment.RectifiedAdam(1e-4, 0.5));
        String afterByteOrderMark = "\uFEFF{\"learning_rate\":1}";
        assertThat(ConfigFile.parse(afterByteOrderMark, "x.json", Experiment.Descent.class))
                .isEqualTo(new Experiment.Descent(1));
    }

    @Default("round")
    sealed interface HouseShape {}

    record RoundShape(@Default("1.0") double radius) implements HouseShape {}

    record SquareShape(double side) implements HouseShape {}

    record House(HouseShape shape) {}

    @Test
    void aKindIsNamedWithoutTheFamilysLastWordAndMayHaveADefault() {
        assertThat(ConfigFile.parse("shape: {kind: square, side: 2}", "x.yaml", House.class))
                .isEqualTo(new House(new SquareShape(2)));
        assertThat(ConfigFile.parse("shape: {radius: 3}", "x.yaml", House.class))
                .isEqualTo(new House(new RoundShape(3)));
        assertThat(ConfigFile.toYaml(new House(new RoundShape(3)))).contains("kind: round");
    }

    record Named(Map<String, Double> weights) {}

    /** Found by {@link ConfigRoundTripTest}: as a literal block such a key can be written but not read. */
    @Test
    void keysOfSeveralLinesAreReadBack() {
        for (String key : List.of("\n\"", "a\nb", "\n", " \n x", "a\r\n\tb:")) {
            Named named = new Named(Map.of(key, 1.0));
            String yaml = ConfigFile.toYaml(named);
            assertThat(ConfigFile.parse(yaml, "x.yaml", Named.class)).as(yaml).isEqualTo(named);
        }
    }

    @Test
    void anEmptyTextIsARecordOfDefaults() {
        assertThat(ConfigFile.parse("", "x.yaml", Experiment.Logging.class))
                .isEqualTo(new Experiment.Logging(100, Path.of("runs/today")));
    }

    @Test
    void aliasesAndMergesShareValues() {
        record Pair(Experiment.Stage first, Experiment.Stage second) {}
        String text = "first: &a {steps: 1, intervals: 2}\nsecond: {<<: *a, steps: 3}\n";

        assertThat(ConfigFile.parse(text, "x.yaml", Pair.class))
                .isEqualTo(new Pair(new Experiment.Stage(1, 2), new Experiment.Stage(3, 2)));
    }

    @Test
    void settingsOverrideInOrderAndReachIntoListsAndAbsentParts(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("x.yaml"), TEXT);

        Experiment read = ConfigFile.read(
                file,
                Experiment.class,
                List.of(
                        "training.rate=0.25",
                        "training.rate=0.75",
                        "training.stages.1.steps=7",
                        "training.weights={c: 1}",
                        "training.images=",
                        "logging.every=5",
                        "teacher=models/a=b"));

        assertThat(read.training().rate()).isEqualTo(0.75);
        assertThat(read.training().stages()).containsExactly(new Experiment.Stage(10, 4), new Experiment.Stage(7, 8));
        assertThat(read.training().weights()).isEqualTo(Map.of("c", 1.0));
        assertThat(read.training().images()).isEmpty();
        assertThat(read.logging().every()).isEqualTo(5);
        assertThat(read.teacher()).contains(Path.of("models/a=b"));
        assertThat(read.seed()).as("untouched").isEqualTo(16);
    }

    @Test
    void writesWhatAPersonWouldWrite() {
        Experiment read = ConfigFile.parse(TEXT, "x.yaml", Experiment.class);

        assertThat(ConfigFile.toYaml(read.training())).isEqualTo("""
                        batch_size: 64
                        rate: 0.0
                        use_fp16: false
                        law: log-normal
                        optimiser:
                          kind: rectified-adam
                          learning_rate: 1.0E-4
                          beta: 0.99
                        stages:
                        - steps: 10
                          intervals: 4
                        - steps: 20
                          intervals: 8
                        weights:
                          b: 2.0
                          a: 0.5
                        images: 3000000000
                        """);
        assertThat(ConfigFile.toJson(read.logging())).isEqualTo("""
                        {
                          "every" : 100,
                          "folder" : "runs/today"
                        }
                        """);
    }

    @Test
    void theNameOfAFileDecidesItsFormat(@TempDir Path folder) throws IOException {
        Experiment.Stage stage = new Experiment.Stage(1, 2);
        ConfigFile.write(folder.resolve("a.json"), stage);
        ConfigFile.write(folder.resolve("a.yaml"), stage);

        assertThat(Files.readString(folder.resolve("a.json"))).isEqualTo(ConfigFile.toJson(stage));
        assertThat(Files.readString(folder.resolve("a.yaml"))).isEqualTo(ConfigFile.toYaml(stage));
        assertThat(ConfigFile.read(folder.resolve("a.json"), Experiment.Stage.class))
                .isEqualTo(stage);
    }
}
