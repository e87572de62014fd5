package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.RankGroup;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
    @TempDir
    Path run;

    private Scope scope;
    private Path directory;
    private Checkpoints checkpoints;
    private TrainingState state;

    /** Three whole checkpoints of different weights: at the steps 10, 20 and 30. */
    @BeforeEach
    void save() {
        scope = Scope.open();
        directory = run.resolve("checkpoints");
        checkpoints = new Checkpoints(directory);
        TrainingConfig config = TinyRun.config(run.resolve("data"));
        state = new TrainingState(
                config, config.network().build().layout(), config.data().training(), testDevice(), RankGroup.alone());
        state.initialize();
        for (int step : List.of(10, 20, 30)) {
            saveAt(checkpoints, step);
        }
    }

    @AfterEach
    void close() {
        state.close();
        scope.close();
    }

    @Test
    void theNewestIsRestored() {
        assertRestored(30);
    }

    @Test
    void aTruncatedOneIsPassedOver() throws IOException {
        Path newest = TinyRun.checkpoint(run, 30);
        byte[] whole = Files.readAllBytes(newest);
        Files.write(newest, Arrays.copyOf(whole, whole.length - 1));
        assertRestored(20);
    }

    @Test
    void oneWithAFlippedBitIsPassedOver() throws IOException {
        flipABit(TinyRun.checkpoint(run, 30));
        assertRestored(20);
        flipABit(TinyRun.checkpoint(run, 20));
        assertRestored(10);
    }

    @Test
    void oneWhoseDataAreGoneIsPassedOver() throws IOException {
        Files.delete(TinyRun.checkpoint(run, 30));
        assertRestored(20);
    }

    @Test
    void oneWithoutItsSealIsPassedOver() throws IOException {
        Files.delete(directory.resolve("step-00000030.json"));
        assertRestored(20);
    }

    @Test
    void oneWithADamagedSealIsPassedOver() throws IOException {
        Files.writeString(directory.resolve("step-00000030.json"), "{\"step\": 30, \"sha");
        assertRestored(20);
    }

    @Test
    void aRunWhoseCheckpointsAreAllDamagedDoesNotSilentlyBeginAnew() throws IOException {
        for (int step : List.of(10, 20, 30)) {
            flipABit(TinyRun.checkpoint(run, step));
        }
        assertThatThrownBy(() -> checkpoints.restore(state))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(directory.toString())
                .hasMessageContaining("no checkpoint matches its checksum")
                .message()
                .hasLineCount(1);
    }

    /** A newer version may have written more into the seal, which is no damage. */
    @Test
    void aRunOfAnotherVersionIsRefusedAndNotCalledDamaged() throws IOException {
        checkpoints.requireFormat();
        Path newest = TinyRun.checkpoint(run, 30);
        Safetensors.write(newest, Map.of("x", testDevice().floats(1)), Map.of("format", "bcm4j training state 99"));
        Files.writeString(
                directory.resolve("step-00000030.json"),
                "{\"step\": 30, \"sha256\": \"%s\", \"rank\": 0}".formatted(Checksum.sha256(newest)));
        assertThatThrownBy(() -> checkpoints.restore(state)).hasMessageContaining(newest + ": is too new: it is a");
        assertThatThrownBy(() -> checkpoints.requireFormat())
                .isInstanceOf(UserException.class)
                .hasMessageContaining(newest + ": is too new: it is a \"bcm4j training state 99\"");
        // Before the configuration, which it may put otherwise too.
        Files.writeString(run.resolve("config.yaml"), "unheard_of: 1\n");
        assertThatThrownBy(() -> Trainer.resume(run, List.of())).hasMessageContaining("is too new");
        Files.writeString(newest, "damaged");
        checkpoints.requireFormat();
    }

    /** As under a locale with digits of its own: names that no other locale finds would let a run begin anew. */
    @Test
    void namesDoNotDependOnTheLocale() throws IOException {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG"));
        try {
            assertThat(String.format("%d", 40)).as("digits of its own").isNotEqualTo("40");
            saveAt(checkpoints, 40);
        } finally {
            Locale.setDefault(before);
        }
        assertThat(TinyRun.checkpoint(run, 40)).exists();
        assertRestored(40);
    }

    /** As versions before this one named them. */
    @Test
    void checkpointsInOtherDigitsAreToldOf() throws IOException {
        for (int step : List.of(10, 20)) {
            Files.delete(directory.resolve("step-%08d.json".formatted(step)));
        }
        Path other = directory.resolve("step-\u0660\u0660\u0660\u0660\u0660\u0660\u0663\u0660.json");
        Files.move(directory.resolve("step-00000030.json"), other);
        assertThatThrownBy(() -> checkpoints.restore(state))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(other + ": has digits of another script in its name");
    }

    @Test
    void aRunThatNeverFinishedACheckpointBeginsAnew() throws IOException {
        assertThat(new Checkpoints(run.resolve("none")).restore(state)).isEmpty();
        for (int step : List.of(10, 20, 30)) {
            Files.delete(directory.resolve("step-%08d.json".formatted(step)));
        }
        assertThat(checkpoints.restore(state)).isEmpty();
    }

    @Test
    void theNewestAndTheEndsOfStagesAreKeptAndLeftoversGo() throws IOException {
        Files.writeString(directory.resolve(".step-00000030.safetensors.1f.tmp"), "killed in the middle");
        Files.writeString(directory.resolve("step-00000005.safetensors"), "killed before its seal");
        Files.writeString(directory.resolve("notes.txt"), "the user's own");
        state.step = 40;
        checkpoints.save(state, 2, Set.of(10L));
        assertThat(TinyRun.checkpointFiles(run))
                .containsExactly(
                        "notes.txt",
                        "step-00000010.json",
                        "step-00000010.safetensors",
                        "step-00000030.json",
                        "step-00000030.safetensors",
                        "step-00000040.json",
                        "step-00000040.safetensors");
    }

    /** A later, damaged one must not count among those kept and push out the one just written. */
    @Test
    void whatWasGoneBackBehindIsNotKept() throws IOException {
        flipABit(TinyRun.checkpoint(run, 30));
        assertRestored(20);
        saveAt(checkpoints, 25, 1);
        assertThat(TinyRun.checkpointFiles(run)).containsExactly("step-00000025.json", "step-00000025.safetensors");
        assertRestored(25);
    }

    @Test
    void onAFullDiskTheEarlierOnesStand() throws Exception {
        long bytes = Files.size(TinyRun.checkpoint(run, 30));
        Path disk = Files.createDirectory(run.resolve("disk"));
        assumeThat(mount("-t", "tmpfs", "-o", "size=" + bytes * 3 / 2, "tmpfs", disk.toString()))
                .as("file systems can be mounted")
                .isTrue();
        try {
            directory = disk.resolve("checkpoints");
            Checkpoints small = new Checkpoints(directory);
            saveAt(small, 10);
            assertThatThrownBy(() -> saveAt(small, 20))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining(TinyRun.checkpoint(disk, 20).toString())
                    .hasMessageContaining("no space left");
            assertThat(TinyRun.checkpointFiles(disk))
                    .containsExactly("step-00000010.json", "step-00000010.safetensors");
            assertThat(small.restore(state)).contains(10L);
        } finally {
            new ProcessBuilder("umount", disk.toString()).start().waitFor();
        }
    }

    private static boolean mount(String... arguments) throws InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "mount";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            return false; // no such command
        }
    }

    private void saveAt(Checkpoints where, int step) {
        saveAt(where, step, 3);
    }

    private void saveAt(Checkpoints where, int step, int keep) {
        state.step = step;
        state.skipped = -step;
        state.weights.values.flat().fill_(scalar(step));
        where.save(state, keep, Set.of());
    }

    /** Restores over a state of other content, which must take on that of the step in every part that {@link #saveAt} sets. */
    private void assertRestored(long step) {
        state.step = -1;
        state.skipped = 1;
        state.weights.values.flat().zero_();
        assertThat(checkpoints.restore(state)).contains(step);
        assertThat(state.step).isEqualTo(step);
        assertThat(state.skipped).isEqualTo(-step);
        assertThat(HostTensors.floats(state.weights.values.flat())).containsOnly((float) step);
    }

    private static void flipABit(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
    }
}
