package org.bcm4j.app.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bcm4j.app.CommandProcess;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.TinyExperiment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training run from the command line: to its end, and stopped by a signal and continued. */
class TrainCommandTest {
    private static final int TERMINATED = 128 + 15;

    @TempDir
    Path directory;

    @BeforeEach
    void writeExperiment() throws IOException {
        TinyExperiment.writeData(directory);
        Files.writeString(directory.resolve("tiny.yaml"), TinyExperiment.yaml(directory));
    }

    @Test
    void aRunEndsWithAModel() throws Exception {
        Outcome outcome = run("train", "tiny.yaml", "--set", "stages.0.steps=2", "--set", "seed=5");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).isEqualTo("""
                        runs/tiny: step 0 of 2; Ctrl-C saves and stops
                        done: the model is in runs/tiny/model
                        """);
        assertThat(outcome.exitCode()).isZero();
        assertThat(directory.resolve("runs/tiny/config.yaml")).content().contains("steps: 2", "seed: 5");
        assertThat(directory.resolve("runs/tiny/model/model.safetensors")).exists();

        Outcome again = run("train", "tiny.yaml");
        assertThat(again.err())
                .isEqualTo("bcm: runs/tiny: holds a run already; continue it with --resume, or choose another --run"
                        + " directory%n".formatted());
        assertThat(again.exitCode()).isEqualTo(2);
    }

    /** A resumed run reads its own copy: a change of the original would be ignored. */
    @Test
    void aConfigurationThatWasChangedIsNotIgnored() throws Exception {
        Path original = directory.resolve("tiny.yaml");
        assertThat(run("train", "tiny.yaml", "--set", "stages.0.steps=1").exitCode())
                .isZero();
        Outcome same = run("train", "tiny.yaml", "--resume", "--set", "stages.0.steps=2");
        assertThat(same.exitCode()).as(same.err()).isZero();

        Files.writeString(original, "seed: 77\n" + Files.readString(original));
        Outcome changed = run("train", "tiny.yaml", "--resume", "--set", "stages.0.steps=3");
        assertThat(changed.err())
                .isEqualTo(
                        ("bcm: tiny.yaml: differs from the configuration of the run, runs/tiny/config.yaml; omit it to"
                                        + " continue the run, change settings with --set, or choose another --run directory%n")
                                .formatted());
        assertThat(changed.exitCode()).isEqualTo(2);
        assertThat(directory.resolve("runs/tiny/config.yaml")).content().contains("steps: 2");
    }

    @Test
    void aProfileShowsWhereTheTimeWent() throws Exception {
        Outcome outcome = run("train", "tiny.yaml", "--set", "stages.0.steps=3", "--profile");
        assertThat(outcome.out())
                .contains("100.0 %")
                .containsPattern("[0-9.]+ s +forward\n")
                .containsPattern("[0-9.]+ s +backward\n")
                .endsWith("wrote runs/tiny/profile.svg%n".formatted());
        assertThat(directory.resolve("runs/tiny/profile.svg")).content().contains("update");
    }

    @Test
    void aSignalSavesTheRunAndResumeContinuesIt() throws Exception {
        Outcome stopped = stoppedBySignal(() -> {}, "--profile");
        assertThat(stopped.exitCode()).isEqualTo(TERMINATED);
        assertThat(stopped.err()).isEqualTo("stopping after this step, and saving%n".formatted());
        assertThat(stopped.out())
                .containsPattern("stopped at step \\d+; continue with: bcm train --resume --run 'a run'\n")
                .endsWith("wrote a run/profile.svg%n".formatted());
        String step = stopped.out().replaceAll("(?s).*stopped at step (\\d+);.*", "$1");

        Outcome resumed = run("train", "--resume", "--run", "a run", "--set", "stages.0.steps=" + step);
        assertThat(resumed.err()).isEmpty();
        assertThat(resumed.out().replace(",", "")).startsWith("a run: step " + step + " of " + step);
        assertThat(resumed.exitCode()).isZero();
    }

    /** The signal's exit code would say that the run was saved. */
    @Test
    void aSignalWhoseSavingFailsEndsWithTheFailure() throws Exception {
        Path checkpoints = directory.resolve("a run/checkpoints");
        Outcome failed = stoppedBySignal(
                () -> Files.writeString(checkpoints, "a file where a folder is needed"),
                "--set",
                "output.checkpoint_every=100000000");
        assertThat(failed.err())
                .startsWith("stopping after this step, and saving%nbcm: ".formatted())
                .contains("checkpoints");
        assertThat(failed.exitCode()).isEqualTo(2);
    }

    /**
     * A run without end that gets a signal after its first step.
     *
     * @param before what happens between the two
     */
    private Outcome stoppedBySignal(ThrowingCallable before, String... options) throws Exception {
        Path out = directory.resolve("out.txt");
        Path err = directory.resolve("err.txt");
        String[] run = {"train", "tiny.yaml", "--run", "a run", "--set", "stages.0.steps=100000000"};
        Process process = CommandProcess.in(directory)
                .start(out, err, Stream.of(run, options).flatMap(Stream::of).toArray(String[]::new));
        awaitFirstStep(process);
        assertThatCode(before).doesNotThrowAnyException();
        process.destroy(); // SIGTERM
        return CommandProcess.outcome(process, out, err);
    }

    private void awaitFirstStep(Process process) throws IOException, InterruptedException {
        Path log = directory.resolve("a run/log.jsonl");
        while (process.isAlive() && (!Files.exists(log) || Files.size(log) == 0)) {
            Thread.sleep(50);
        }
    }

    private Outcome run(String... arguments) throws IOException, InterruptedException {
        return CommandProcess.in(directory).run(arguments);
    }
}
