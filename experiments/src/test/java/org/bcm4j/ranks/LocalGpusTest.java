package org.bcm4j.ranks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalGpusTest {
    @TempDir
    Path driver;

    @Test
    void eachRankGetsAGpuOfItsOwn() throws IOException {
        Files.createDirectory(driver.resolve("0000:01:00.0"));
        Files.createDirectory(driver.resolve("0000:02:00.0"));
        assertThat(LocalGpus.of(Optional.empty(), driver, 2, 0)).contains("0");
        assertThat(LocalGpus.of(Optional.empty(), driver, 2, 1)).contains("1");
        assertThat(LocalGpus.of(Optional.of("5,3"), driver, 2, 1)).contains("3");
    }

    @Test
    void tooFewGpusAreNotDealtOut() {
        assertThat(LocalGpus.of(Optional.empty(), driver, 1, 0)).isEmpty();
        assertThat(LocalGpus.of(Optional.of("5"), driver, 2, 0)).isEmpty();
        assertThat(LocalGpus.of(Optional.empty(), driver.resolve("absent"), 2, 0))
                .isEmpty();
    }
}
