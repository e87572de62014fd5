package org.bcm4j.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritabilityTest {
    @TempDir
    Path directory;

    private static void refused(Consumer<Path> check, Path target, String reason) {
        assertThatThrownBy(() -> check.accept(target))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("cannot write " + target + ": " + reason);
    }

    @Test
    void whatCanBeWrittenLeavesNoTrace() throws IOException {
        Path file = Files.writeString(directory.resolve("there.json"), "old");
        Path folder = Files.createDirectory(directory.resolve("folder"));
        Writability.requireFile(file);
        Writability.requireFile(directory.resolve("new.json"));
        Writability.requireFile(directory.resolve("a/b/new.json"));
        Writability.requireFile(Path.of("new.json"));
        Writability.requireDirectory(folder);
        Writability.requireDirectory(directory.resolve("a/b"));
        assertThat(file).hasContent("old");
        try (Stream<Path> tree = Files.walk(directory)) {
            assertThat(tree).containsExactlyInAnyOrder(directory, file, folder);
        }
        assertThat(Path.of("new.json")).doesNotExist();
    }

    @Test
    void whatStandsInTheWayIsTold() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        Path folder = Files.createDirectory(directory.resolve("folder"));
        Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("nowhere"));
        refused(Writability::requireFile, folder, "it is a directory; name a file");
        refused(Writability::requireDirectory, file, "a file is where a directory is needed");
        refused(Writability::requireDirectory, dangling, "a file is where a directory is needed");
        for (Path place : new Path[] {file, dangling}) {
            refused(Writability::requireFile, place.resolve("x.json"), "a file is where a directory is needed");
            refused(Writability::requireFile, place.resolve("a/b/x.json"), "a file is where a directory is needed");
            refused(Writability::requireDirectory, place.resolve("x"), "a file is where a directory is needed");
        }
        refused(Writability::requireFile, directory.resolve("x".repeat(300)), "the name is too long");
        refused(Writability::requireDirectory, Path.of("/"), "");
    }

    @Test
    void aFolderThatMustStayIsNotReplaced() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("folder"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), folder);
        for (Path other : new Path[] {folder, directory.resolve("new"), directory.resolve("folder/../folder")}) {
            Writability.requireReplaceable(other);
        }
        refused(Writability::requireReplaceable, link, "it is a link, and stays one");
        refused(Writability::requireReplaceable, directory.resolve("link/."), "it is a link, and stays one");
        for (String here :
                new String[] {"", ".", "../" + Path.of("").toAbsolutePath().getFileName()}) {
            refused(Writability::requireReplaceable, Path.of(here), "the program runs in this folder");
        }
        assertThat(folder).isEmptyDirectory();
        assertThat(link).isSymbolicLink();
    }

    @Test
    void aMountPointIsNotReplaced() {
        Path mounted = Path.of("/dev/shm");
        assumeTrue(Files.isWritable(Path.of("/dev")) && Files.isWritable(mounted), "nothing is mounted there");
        refused(Writability::requireReplaceable, mounted, "it is a mount point, and stays one");
        refused(Writability::requireReplaceable, mounted.resolve("../shm"), "it is a mount point, and stays one");
    }

    /** Of which nobody, root included, can write: permissions do not tell. */
    @Test
    void aFileSystemThatTakesNothingIsTold() {
        Path processes = Path.of("/proc");
        assumeTrue(Files.isDirectory(processes), "there is no /proc");
        refused(Writability::requireFile, processes.resolve("x.json"), "");
        refused(Writability::requireDirectory, processes.resolve("a/b"), "");
    }
}
