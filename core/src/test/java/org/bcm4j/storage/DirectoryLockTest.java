package org.bcm4j.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.bcm4j.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
    @Test
    void keepsOthersOutUntilItIsClosed(@TempDir Path folder) {
        Path run = folder.resolve("run");
        try (DirectoryLock lock = DirectoryLock.of(run)) {
            assertThat(run).isDirectory();
            assertThatThrownBy(() -> DirectoryLock.of(run))
                    .isInstanceOf(UserException.class)
                    .hasMessage(run + ": another process is writing there; wait for it, or choose another directory");
        }
        DirectoryLock.of(run).close();
    }

    @Test
    @Timeout(60)
    void waitsForAWriterThatEnds(@TempDir Path folder) throws Exception {
        Path run = folder.resolve("run");
        CompletableFuture<Void> second;
        try (DirectoryLock lock = DirectoryLock.of(run)) {
            assertThatThrownBy(() -> DirectoryLock.of(run, Duration.ofMillis(200)))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("another process is writing there");
            second = CompletableFuture.runAsync(
                    () -> DirectoryLock.of(run, Duration.ofMinutes(1)).close());
            Thread.sleep(200);
            assertThat(second).isNotDone();
        }
        second.get();
    }

    /** Closing any channel of a file releases the locks that a process holds on it. */
    @Test
    void theProcessThatHoldsItKeepsOtherProcessesOutWhateverItTries(@TempDir Path folder) throws Exception {
        Path run = folder.resolve("run");
        try (DirectoryLock lock = DirectoryLock.of(run)) {
            assertThatThrownBy(() -> DirectoryLock.of(folder.resolve("./run"))).isInstanceOf(UserException.class);
            assertThat(DirectoryLock.holder(run)).contains(ProcessHandle.current());
            assertThat(attemptOfAnotherProcess(run, folder)).containsExactly("refused");
        }
        assertThat(DirectoryLock.holder(run)).isEmpty();
        assertThat(attemptOfAnotherProcess(run, folder)).containsExactly("locked");
    }

    private static List<String> attemptOfAnotherProcess(Path run, Path folder)
            throws IOException, InterruptedException {
        return ChildJvm.linesOf(Attempt.class, folder, Duration.ofMinutes(1), List.of(), run.toString());
    }

    /** Tries to lock a directory. */
    static final class Attempt {
        private Attempt() {}

        public static void main(String[] arguments) {
            try (DirectoryLock lock = DirectoryLock.of(Path.of(arguments[0]))) {
                System.out.println("locked");
            } catch (UserException refused) {
                System.out.println("refused");
            }
        }
    }
}
