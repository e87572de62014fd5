package org.bcm4j.app.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.bcm4j.app.CommandProcess;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.TinyExperiment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Training in several processes of this machine, from the command line. */
@Timeout(300)
class TrainInRanksTest {
    private static final int TERMINATED = 128 + 15;

    @TempDir
    Path directory;

    @BeforeEach
    void writeExperiment() throws IOException {
        TinyExperiment.writeData(directory);
        Files.writeString(directory.resolve("tiny.yaml"), TinyExperiment.yaml(directory));
    }

    @Test
    void aKilledRankIsNamedAndTheRunGoesOnAsIfNothingHadHappened() throws Exception {
        List<String> settings = List.of("stages.0.steps=400", "output.checkpoint_every=20", "output.log_every=10");
        Outcome undisturbed = start("undisturbed", 2, settings).end();
        assertThat(undisturbed.exitCode()).as(undisturbed.err()).isZero();

        Command disturbed = start("disturbed", 2, settings, "--restarts", "1", "--rank-timeout", "5");
        disturbed.awaitCheckpoint();
        disturbed.ranks().get(1).destroyForcibly();
        Outcome outcome = disturbed.end();
        assertThat(outcome.err())
                .contains("bcm: rank 1 ended with the exit code 137; all ranks continue from the newest checkpoint"
                        + " (restart 1 of 1)");
        assertThat(outcome.out()).endsWith("done: the model is in disturbed/model\n");
        assertThat(outcome.exitCode()).isZero();

        assertThat(directory.resolve("disturbed/model/model.safetensors"))
                .hasSameBinaryContentAs(directory.resolve("undisturbed/model/model.safetensors"));
    }

    /** {@code -Dbcm4j.test.seed=...} repeats the draws of a failed test, as far as the clock lets it. */
    @Test
    @Tag("large")
    @Timeout(3600)
    void aHundredKillsOfRandomRanksLeaveNoTrace() throws Exception {
        long seed = Long.getLong("bcm4j.test.seed", new Random().nextLong());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<String> settings = List.of("stages.0.steps=3000", "output.checkpoint_every=5", "output.log_every=100");
        Outcome undisturbed = start("undisturbed", 2, settings).end();
        assertThat(undisturbed.exitCode()).as(undisturbed.err()).isZero();

        Command disturbed = start("disturbed", 2, settings, "--restarts", "100", "--rank-timeout", "5");
        int kills = 0;
        while (kills < 100 && disturbed.process().isAlive()) {
            Thread.sleep(random.nextInt(6000));
            List<ProcessHandle> ranks = disturbed.ranks();
            if (ranks.size() == 2) {
                ranks.get(random.nextInt(2)).destroyForcibly();
                kills++;
            }
        }
        Outcome outcome = CommandProcess.outcome(disturbed.process(), disturbed.out(), disturbed.err());
        assertThat(outcome.exitCode()).as("seed %d%n%s", seed, outcome.err()).isZero();
        assertThat(kills).as("seed %d", seed).isEqualTo(100);
        assertThat(directory.resolve("disturbed/model/model.safetensors"))
                .as("seed %d", seed)
                .hasSameBinaryContentAs(directory.resolve("undisturbed/model/model.safetensors"));
    }

    @Test
    void aLostRankEndsTheRunWithAWordOnHowToGoOn() throws Exception {
        Command command = start("run", 2, List.of("stages.0.steps=100000000", "output.checkpoint_every=20"));
        command.awaitCheckpoint();
        command.ranks().get(1).destroyForcibly();
        Outcome outcome = command.end();
        assertThat(outcome.err().lines().toList().get(0))
                .isEqualTo("bcm: rank 1 ended with the exit code 137; continue with: bcm train --resume --run run"
                        + " --ranks 2");
        assertThat(outcome.exitCode()).isEqualTo(1);
    }

    @Test
    void aSignalSavesTheRun() throws Exception {
        Command command = start("run", 2, List.of("stages.0.steps=100000000", "output.checkpoint_every=20"));
        command.awaitCheckpoint();
        command.process().destroy(); // SIGTERM, to the launcher alone
        Outcome outcome = command.end();
        assertThat(outcome.exitCode()).isEqualTo(TERMINATED);
        assertThat(outcome.out())
                .containsPattern("stopped at step \\d+; continue with: bcm train --resume --run run\n");
    }

    @Test
    void aMistakeIsToldOnceAndNotRepeated() throws Exception {
        Outcome outcome =
                start("run", 3, List.of("batch_size=8"), "--restarts", "5").end();
        assertThat(outcome.err()).startsWith("bcm: batch_size 8 cannot be shared out equally to 3 ranks");
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(outcome.exitCode()).isEqualTo(2);
    }

    /** A started command and its streams. */
    private record Command(Process process, Path run, Path out, Path err) {
        Outcome end() throws IOException, InterruptedException {
            return CommandProcess.outcome(process, out, err);
        }

        /** Its processes, by rank: they were started in that order. */
        List<ProcessHandle> ranks() {
            return process.children()
                    .sorted(Comparator.comparing(ProcessHandle::pid))
                    .toList();
        }

        void awaitCheckpoint() throws InterruptedException {
            while (process.isAlive() && !Files.exists(run.resolve("model"))) {
                Thread.sleep(20);
            }
            assertThat(process.isAlive()).isTrue();
        }
    }

    private Command start(String run, int ranks, List<String> settings, String... options) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("train", "tiny.yaml", "--run", run, "--ranks", Integer.toString(ranks)));
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        command.addAll(List.of(options));
        Path out = directory.resolve(run + ".out");
        Path err = directory.resolve(run + ".err");
        Process process = CommandProcess.in(directory).start(out, err, command.toArray(String[]::new));
        return new Command(process, directory.resolve(run), out, err);
    }
}
