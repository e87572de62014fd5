package org.bcm4j.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonLinesTest {
    private static StepRecord record(long step) {
        return new StepRecord(step, 64 * step, Map.of("loss", 1.0 / (step + 1)));
    }

    @Test
    void writesOneObjectALineAndKeepsTheOrderOfValues(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("run/log.jsonl");
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss/total", 0.25);
        values.put("images/s", 1e6);
        values.put("gradient_norm", Double.NaN);
        try (JsonLines log = JsonLines.resume(file, 0)) {
            log.note("seed 1\nrank 0");
            log.step(new StepRecord(100, 6400, values));
            assertThat(file)
                    .as("on disk before the log is closed")
                    .content()
                    .isEqualTo("{\"note\":\"seed 1\\nrank 0\"}\n"
                            + "{\"step\":100,\"images\":6400,\"loss/total\":0.25,\"images/s\":1000000.0,"
                            + "\"gradient_norm\":\"NaN\"}\n");
        }
        List<StepRecord> read = JsonLines.read(file);
        assertThat(read).containsExactly(new StepRecord(100, 6400, values));
        assertThat(read.get(0).values().keySet()).containsExactly("loss/total", "images/s", "gradient_norm");
    }

    @ParameterizedTest(name = "resumed at step {0}: {1} steps and {2} notes stay")
    @CsvSource({"0,1,1", "1,2,2", "2,3,3", "3,4,3", "1000,4,3"})
    void resumingCutsOffLaterStepsAndTheirNotes(long lastStep, int steps, int notes, @TempDir Path folder)
            throws IOException {
        Path file = folder.resolve("log.jsonl");
        try (JsonLines log = JsonLines.resume(file, 0)) {
            for (int step = 0; step < 3; step++) {
                log.step(record(step));
                log.note("after " + step);
            }
            log.step(record(3));
        }
        Files.writeString(file, "{\"step\":4,\"ima", StandardOpenOption.APPEND);
        assertThat(JsonLines.read(file))
                .as("the unfinished line does not count")
                .hasSize(4);

        try (JsonLines log = JsonLines.resume(file, lastStep)) {
            assertThat(JsonLines.read(file)).hasSize(steps).allMatch(record -> record.step() <= lastStep);
            assertThat(Files.readAllLines(file))
                    .filteredOn(line -> line.contains("note"))
                    .hasSize(notes);
            log.step(record(lastStep + 1));
        }
        assertThat(JsonLines.read(file)).hasSize(steps + 1).last().isEqualTo(record(lastStep + 1));
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void aRunCutAnywhereResumesToTheSameLog(
            @ForAll("runs") List<StepRecord> run, @ForAll @IntRange(max = 100) int percent) throws IOException {
        Path file = Files.createTempFile("log", ".jsonl");
        try {
            record(file, run, 0);
            byte[] whole = Files.readAllBytes(file);
            byte[] torn = Arrays.copyOf(whole, whole.length * percent / 100);
            Files.write(file, torn);
            long lastStep = JsonLines.read(file).stream()
                    .mapToLong(StepRecord::step)
                    .max()
                    .orElse(-1);

            record(file, run.stream().filter(r -> r.step() > lastStep).toList(), Math.max(lastStep, 0));

            assertThat(Files.readAllBytes(file)).isEqualTo(whole);
            assertThat(JsonLines.read(file)).isEqualTo(run);
        } finally {
            Files.delete(file);
        }
    }

    private static void record(Path file, List<StepRecord> run, long lastStep) {
        try (JsonLines log = JsonLines.resume(file, lastStep)) {
            run.forEach(log::step);
        }
    }

    @Provide
    Arbitrary<List<StepRecord>> runs() {
        Arbitrary<String> names =
                Arbitraries.strings().ofMinLength(1).ofMaxLength(8).filter(name -> !name.isBlank());
        Arbitrary<Double> values = Arbitraries.longs().map(Double::longBitsToDouble);
        Arbitrary<Map<String, Double>> measurements =
                Arbitraries.maps(names, values).ofMaxSize(3);
        return Combinators.combine(Arbitraries.longs().between(0, 1L << 50), measurements)
                .as((images, map) -> new StepRecord(0, images, map))
                .list()
                .ofMaxSize(5)
                .map(JsonLinesTest::numbered);
    }

    private static List<StepRecord> numbered(List<StepRecord> records) {
        List<StepRecord> numbered = new ArrayList<>();
        records.forEach(
                record -> numbered.add(new StepRecord(10L * numbered.size(), record.images(), record.values())));
        return numbered;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"step\":1}|no count called \"images\"",
                "{\"step\":1.5,\"images\":1}|no count called \"step\"",
                "{\"step\":1,\"images\":1,\"loss\":\"low\"}|\"low\" is not a number",
                "{\"step\":-1,\"images\":1}|step and images count from 0, are -1 and 1",
                "{\"step\":1,\"images\":1} {}|not a JSON object",
                "nonsense|not a JSON object",
                "``|no count called \"step\""
            })
    void refusesForeignLinesAndLeavesTheFileAlone(String line, String reason, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("log.jsonl"), "{\"note\":\"x\"}\n" + line + "\n");
        String message = file + ":2: not a line of a training log (" + reason + "); correct it or move the file away";

        assertThatThrownBy(() -> JsonLines.read(file))
                .isInstanceOf(UserException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> JsonLines.resume(file, 0))
                .isInstanceOf(UserException.class)
                .hasMessage(message);
        assertThat(file).content().isEqualTo("{\"note\":\"x\"}\n" + line + "\n");
    }

    @Test
    void tellsWhyALogCannotBeOpened(@TempDir Path folder) {
        assertThatThrownBy(() -> JsonLines.read(folder.resolve("absent.jsonl")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("absent.jsonl: no such file");
        assertThatThrownBy(() -> JsonLines.resume(folder, 0))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("it is a directory");
    }

    @Test
    void refusesValuesThatWouldHideTheCounts() {
        assertThatThrownBy(() -> new StepRecord(1, 1, Map.of("step", 1.0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new StepRecord(1, 1, Map.of(" ", 1.0))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new StepRecord(1, -1, Map.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
