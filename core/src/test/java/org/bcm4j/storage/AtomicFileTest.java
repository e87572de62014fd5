package org.bcm4j.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path directory;

    @Test
    void writesAndReplacesAndLeavesNothingElse() throws IOException {
        Path file = directory.resolve("new/sub/a.txt");
        AtomicFile.write(file, out -> out.write("first, and longer".getBytes(StandardCharsets.UTF_8)));
        AtomicFile.writeChannel(file, channel -> channel.write(ByteBuffer.wrap(new byte[] {'2'})));

        assertThat(file).hasContent("2");
        assertThat(names(directory.resolve("new/sub"))).containsExactly("a.txt");
    }

    @Test
    void aFailingBodyLeavesTheOldFile() throws IOException {
        Path file = Files.writeString(directory.resolve("a.txt"), "old");

        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
                    out.write(new byte[1 << 20]);
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(UserException.class)
                .hasMessage("cannot write " + file + ": no space left on the device; free some or choose another disk");
        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
                    throw new IllegalStateException("own");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(file).hasContent("old");
        assertThat(names(directory)).containsExactly("a.txt");
    }

    @Test
    void theTargetIsUntouchedUntilTheBodyEnds() throws IOException {
        Path file = Files.writeString(directory.resolve("a.txt"), "old");
        AtomicFile.write(file, out -> {
            out.write('n');
            out.flush();
            assertThat(file).hasContent("old");
        });
        assertThat(file).hasContent("n");
    }

    @Test
    void othersMayReadTheFileAsTheUmaskSays() throws IOException {
        assumeThat(directory.getFileSystem().supportedFileAttributeViews()).contains("posix");
        Path plain = Files.writeString(directory.resolve("plain"), "");
        Path atomic = directory.resolve("atomic");
        AtomicFile.write(atomic, out -> out.write('x'));

        assertThat(Files.getPosixFilePermissions(atomic))
                .isEqualTo(Files.getPosixFilePermissions(plain))
                .contains(PosixFilePermission.OWNER_READ);
    }

    @Test
    void saysWhatStandsInTheWay() throws IOException {
        Path file = Files.writeString(directory.resolve("a.txt"), "old");
        assertThatThrownBy(() -> AtomicFile.write(file.resolve("b"), out -> out.write('x')))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a file is where a directory is needed");
        Path standing = Files.createDirectory(directory.resolve("standing"));
        assertThatThrownBy(() -> AtomicFile.write(standing, out -> out.write('x')))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("cannot write " + standing);
        assertThat(names(directory)).noneMatch(name -> name.endsWith(".tmp"));
    }

    private static Stream<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList().stream();
        }
    }
}
