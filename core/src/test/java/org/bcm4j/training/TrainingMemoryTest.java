package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
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
        // The optimising compiler goes on for thousands of steps, and its working memory with it; the first is done
        // early.
        try (TrainingProcess process = TrainingProcess.start(
                Child.class,
                "-XX:TieredStopAtLevel=1",
                directory.resolve("errors.txt"),
                directory.resolve("data"),
                directory.resolve("run"))) {
            long early = resident(process.line(), EARLY);
            long late = resident(process.line(), LATE);
            assertThat(late).as("kB resident at step %d", LATE).isLessThan(early + early / 100);
        }
    }

    /** Without classes and compiled code, which are the JVM's own, and 1 % of so small a run. */
    private static long resident(String line, long step) {
        String[] kilobytes = line.split(" ", -1);
        long resident = Long.parseLong(kilobytes[0]);
        long code = Long.parseLong(kilobytes[1]);
        System.out.printf("step %d: %,d kB resident, %,d kB of them classes and compiled code%n", step, resident, code);
        return resident - code;
    }

    /** Trains, and tells its resident memory in kB, and what of it is code, at an early and at a late step. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            TrainingConfig config = TinyRun.config(
                    Path.of(arguments[0]),
                    "steps=" + (LATE - 10),
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
                System.out.println(residentKilobytes() + " " + codeKilobytes());
            }
        }

        private static long codeKilobytes() {
            return ManagementFactory.getMemoryPoolMXBeans().stream()
                            .filter(pool -> pool.getType() == MemoryType.NON_HEAP)
                            .mapToLong(pool -> pool.getUsage().getUsed())
                            .sum()
                    / 1024;
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
