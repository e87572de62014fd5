package org.bcm4j.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class AtomicDirectoryTest {
    @TempDir
    Path parent;

    private Path target;

    @BeforeEach
    void nameTarget() {
        target = parent.resolve("model");
    }

    @Test
    void replacesAWholeDirectory() {
        AtomicDirectory.write(target, directory -> {
            Files.writeString(directory.resolve("a"), "1");
            Files.createDirectory(directory.resolve("sub"));
            Files.writeString(directory.resolve("sub/b"), "1");
        });
        AtomicDirectory.write(target, directory -> Files.writeString(directory.resolve("c"), "2"));

        assertThat(target).isDirectoryContaining(path -> path.endsWith("c"));
        assertThat(target.resolve("a")).doesNotExist();
        assertThat(parent.toFile().list()).containsExactly("model");
    }

    @Test
    void aNewDirectoryTakesThePlaceOfNothingOrOfAnEmptyOne() throws IOException {
        AtomicDirectory.writeNew(target, directory -> Files.writeString(directory.resolve("a"), "1"));
        assertThat(target.resolve("a")).hasContent("1");
        Path empty = Files.createDirectory(parent.resolve("empty"));
        AtomicDirectory.writeNew(empty, directory -> Files.writeString(directory.resolve("b"), "2"));
        assertThat(empty.resolve("b")).hasContent("2");
        assertThat(parent.toFile().list()).containsExactlyInAnyOrder("model", "empty");
    }

    @Test
    void aNewDirectoryDoesNotReplaceWhatCameMeanwhile() {
        assertThatThrownBy(() -> AtomicDirectory.writeNew(target, directory -> {
                    Files.writeString(directory.resolve("a"), "1");
                    Files.createDirectory(target);
                    Files.writeString(target.resolve("notes"), "somebody else's");
                }))
                .isInstanceOf(UserException.class)
                .hasMessage("cannot write " + target + ": while this was computed, something else was written there;"
                        + " choose another folder");
        assertThat(target.resolve("notes")).hasContent("somebody else's");
        assertThat(parent.toFile().list()).containsExactly("model");
    }

    @Test
    void theNewDirectoryIsAsOpenAsTheOldOne() throws IOException {
        Files.createDirectory(target);
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-x---"));
        AtomicDirectory.write(target.resolve("."), directory -> Files.writeString(directory.resolve("a"), "1"));
        assertThat(target.resolve("a")).hasContent("1");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("rwxr-x---");
        assertThat(parent.toFile().list()).containsExactly("model");
    }

    @Test
    void aFailingBodyLeavesTheOldDirectory() {
        AtomicDirectory.write(target, directory -> Files.writeString(directory.resolve("a"), "old"));

        assertThatThrownBy(() -> AtomicDirectory.write(target, directory -> {
                    Files.writeString(directory.resolve("a"), "new");
                    throw new IOException("Disk quota exceeded");
                }))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("quota");
        assertThat(target.resolve("a")).hasContent("old");
        assertThat(parent.toFile().list()).containsExactly("model");
    }

    @Test
    void recoversFromAWriteCutOffBetweenItsRenames() throws IOException {
        Path aside = Files.createDirectory(parent.resolve(".model.old"));
        Files.writeString(aside.resolve("a"), "old");

        AtomicDirectory.recover(target);
        assertThat(target.resolve("a")).hasContent("old");
        assertThat(aside).doesNotExist();
    }

    @Test
    void recoveryPrefersWhatStands() throws IOException {
        AtomicDirectory.write(target, directory -> Files.writeString(directory.resolve("a"), "new"));
        Path aside = Files.createDirectory(parent.resolve(".model.old"));
        Files.writeString(aside.resolve("a"), "old");

        AtomicDirectory.recover(target);
        assertThat(target.resolve("a")).hasContent("new");
        AtomicDirectory.write(target, directory -> Files.writeString(directory.resolve("a"), "newer"));
        assertThat(target.resolve("a")).hasContent("newer");
        assertThat(aside).doesNotExist();
    }

    /** A reader can come between the two renames of a writer, and then puts the old directory back. */
    @Test
    @Timeout(60)
    void readersMayRecoverWhileAWriterReplaces() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService reader = Executors.newSingleThreadExecutor();
        Future<?> reading = reader.submit(() -> {
            while (!done.get()) {
                AtomicDirectory.recover(target);
            }
        });
        try {
            for (int i = 0; i < 300; i++) {
                String content = Integer.toString(i);
                AtomicDirectory.write(target, directory -> Files.writeString(directory.resolve("a"), content));
                assertThat(target.resolve("a")).hasContent(content);
            }
        } finally {
            done.set(true);
            reader.shutdown();
        }
        reading.get(10, TimeUnit.SECONDS);
        assertThat(parent.toFile().list()).containsExactly("model");
    }

    @Test
    void refusesToReplaceAFile() throws IOException {
        Files.writeString(target, "precious");
        assertThatThrownBy(() -> AtomicDirectory.write(target, directory -> {}))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is not a directory");
        assertThat(target).hasContent("precious");
    }
}
