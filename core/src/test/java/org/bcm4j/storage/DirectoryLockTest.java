package org.bcm4j.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
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
}
