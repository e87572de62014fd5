package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.bcm4j.journal.JsonLines;
import org.bcm4j.journal.StepRecord;
import org.bcm4j.storage.Checksum;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that train are killed at random moments, resumed, and end where an undisturbed one ends. The seed of a failed test is part of
 * its message; {@code -Dbcm4j.test.seed=...} repeats it, as far as the clock lets it.
 */
class KilledTrainingTest {
    private static final int STEPS_PER_KILL = 16;

    @TempDir
    Path directory;

    @Test
    void threeKillsLeaveNoTrace() throws Exception {
        assertKillsLeaveNoTrace(3);
    }

    @Test
    @Tag("large")
    void twentyKillsLeaveNoTrace() throws Exception {
        assertKillsLeaveNoTrace(20);
    }

    private void assertKillsLeaveNoTrace(int kills) throws Exception {
        long seed = Long.getLong("bcm4j.test.seed", new Random().nextLong());
        Random random = new Random(seed);
        int steps = STEPS_PER_KILL * (kills + 1);
        Path undisturbed = directory.resolve("undisturbed");
        Path killed = directory.resolve("killed");
        try (TrainingProcess process = start(undisturbed, steps)) {
            assertThat(process.ends()).isTrue();
        }
        for (int kill = 0; kill < kills; kill++) {
            long begin = newestWholeStep(killed);
            try (TrainingProcess process = start(killed, steps)) {
                assertThat(process.line()).as("kill %d, seed %d", kill, seed).isEqualTo("begins at " + begin);
                for (int line = random.nextInt(STEPS_PER_KILL / 2); line > 0; line--) {
                    process.line();
                }
                // Somewhere in the next step or two, or in the saving of the last one.
                Thread.sleep(random.nextInt(40));
                assertThat(process.process().isAlive()).isTrue();
                process.kill();
            }
        }
        try (TrainingProcess process = start(killed, steps)) {
            assertThat(process.ends()).as("seed %d", seed).isTrue();
        }

        assertThat(TinyRun.checkpoint(killed, steps))
                .as("seed %d", seed)
                .hasSameBinaryContentAs(TinyRun.checkpoint(undisturbed, steps));
        assertThat(killed.resolve("model/model.safetensors"))
                .hasSameBinaryContentAs(undisturbed.resolve("model/model.safetensors"));
        assertThat(TinyRun.checkpointFiles(killed)).isEqualTo(TinyRun.checkpointFiles(undisturbed));
        assertThat(JsonLines.read(killed.resolve("log.jsonl")).stream().map(StepRecord::step))
                .as("steps in the log, seed %d", seed)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, steps).boxed().toList());
    }

    private TrainingProcess start(Path run, int steps) {
        return TrainingProcess.start(
                Child.class, List.of(), directory.resolve("errors.txt"), directory.resolve("data"), run, steps);
    }

    /** What a resumed run has to begin at: the step of the newest checkpoint whose seal holds its checksum, or 0. */
    private static long newestWholeStep(Path run) throws IOException {
        if (!Files.isDirectory(run.resolve("checkpoints"))) {
            return 0;
        }
        long newest = 0;
        for (String name : TinyRun.checkpointFiles(run)) {
            if (name.matches("step-\\d+\\.json")) {
                long step = Long.parseLong(name.replaceAll("\\D", ""));
                String seal = Files.readString(run.resolve("checkpoints").resolve(name));
                assertThat(seal).as(name).contains(Checksum.sha256(TinyRun.checkpoint(run, step)));
                newest = Math.max(newest, step);
            }
        }
        return newest;
    }

    /** Trains, and tells where it begins and every step it makes. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            Path data = Path.of(arguments[0]);
            Path run = Path.of(arguments[1]);
            int steps = Integer.parseInt(arguments[2]);
            TrainingConfig config = TinyRun.config(
                    data, "stages.1.steps=" + (steps - 10), "output.log_every=1", "output.checkpoint_every=2");
            boolean begun = Files.exists(run.resolve("config.yaml"));
            try (Trainer trainer = begun ? Trainer.resume(run, List.of()) : Trainer.start(config, run)) {
                System.out.println("begins at " + trainer.stepsDone());
                trainer.run(new EachStep(record -> System.out.println("made " + record.step())));
            }
        }
    }
}
