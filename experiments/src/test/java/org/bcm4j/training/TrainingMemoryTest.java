package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bcm4j.journal.LossCurves;
import org.bcm4j.journal.StepRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native memory is freed by scopes alone; whatever misses its scope shows here. */
class TrainingMemoryTest {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final long EARLY = 200;
    private static final long LATE = 5000;

    @TempDir
    Path directory;

    /** Steps, logs, sheets of samples and checkpoints included. */
    @Test
    @Tag("large")
    void residentMemoryIsFlatOverThousandsOfSteps() {
        assumeThat(STATUS).exists();
        // Compiled code is memory too: of 1.5 % that this process grew by, more than half was methods that reached the
        // compiler's
        // threshold after step 200. A hundredth of it is reached before.
        try (TrainingProcess process = TrainingProcess.start(
                Child.class,
                List.of("-XX:CompileThresholdScaling=0.01"),
                directory.resolve("errors.txt"),
                directory.resolve("data"),
                directory.resolve("run"))) {
            long early = Long.parseLong(process.line());
            long late = Long.parseLong(process.line());
            System.out.printf("resident: %,d kB at step %d, %,d kB at step %d%n", early, EARLY, late, LATE);
            assertThat(late).as("kB resident at step %d", LATE).isLessThan(early + early / 100);
        }
    }

    /** Trains, and tells its resident memory in kB at an early and at a late step. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            TrainingConfig config = TinyRun.config(
                    Path.of(arguments[0]),
                    "stages.1.steps=" + (LATE - 10),
                    "output.log_every=20",
                    "output.checkpoint_every=100",
                    "output.samples_every=100");
            Path run = Path.of(arguments[1]);
            try (Trainer trainer = Trainer.start(config, run)) {
                trainer.run(new EachStep(record -> observe(record, run)));
            }
        }

        private static void observe(StepRecord record, Path run) {
            if (record.step() == EARLY / 2) {
                // The run itself draws them first when minutes have passed, which loads fonts and a graphics library.
                LossCurves.draw(run.resolve("log.jsonl"), run.resolve("curves.png"));
            }
            if (record.step() == EARLY || record.step() == LATE) {
                System.out.println(residentKilobytes());
            }
        }

        private static long residentKilobytes() {
            try {
                return Files.readAllLines(STATUS).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
