package org.bcm4j.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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

    @Test
    void refusesToReplaceAFile() throws IOException {
        Files.writeString(target, "precious");
        assertThatThrownBy(() -> AtomicDirectory.write(target, directory -> {}))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is not a directory");
        assertThat(target).hasContent("precious");
    }
}
