package org.bcm4j.ranks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalGpusTest {
    @TempDir
    Path driver;

    @Test
    void eachRankGetsAGpuOfItsOwn() throws IOException {
        Files.createDirectory(driver.resolve("0000:01:00.0"));
        Files.createDirectory(driver.resolve("0000:02:00.0"));
        assertThat(LocalGpus.of(Optional.empty(), driver, 2, 0)).containsExactly(own("0"));
        assertThat(LocalGpus.of(Optional.empty(), driver, 2, 1)).containsExactly(own("1"));
        assertThat(LocalGpus.of(Optional.of("5,3"), driver, 2, 1)).containsExactly(own("3"));
    }

    @Test
    void tooFewGpusAreNotDealtOut() {
        assertThat(LocalGpus.of(Optional.empty(), driver, 1, 0)).containsExactly(entry(LocalGpus.TOO_FEW, "0"));
        assertThat(LocalGpus.of(Optional.of("5"), driver, 2, 0)).containsExactly(entry(LocalGpus.TOO_FEW, "1"));
        assertThat(LocalGpus.of(Optional.empty(), driver.resolve("absent"), 2, 0))
                .containsExactly(entry(LocalGpus.TOO_FEW, "0"));
    }

    @Test
    void ranksThatWouldShareAGpuDoNotTrainOnIt() {
        assertThatThrownBy(() -> LocalGpus.requireOneForEach(4, Map.of(LocalGpus.TOO_FEW, "2")))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(
                        "--ranks 4: each rank trains on a GPU of its own, and this machine has 2 (see nvidia-smi and"
                                + " CUDA_VISIBLE_DEVICES); ask for no more ranks than GPUs, or compute on the CPUs");
        LocalGpus.requireOneForEach(4, Map.of(LocalGpus.VISIBLE, "0"));
    }

    private static Map.Entry<String, String> own(String gpu) {
        return entry(LocalGpus.VISIBLE, gpu);
    }
}
