package org.bcm4j.metrics.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bcm4j.ProcessMemory;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class PatchRegressionTest {
    /** Writing 5 to it makes Linux count the largest resident memory from now on. */
    private static final Path RESET = Path.of("/proc/self/clear_refs");

    /** The patches of a phase are 35 MB a batch: some 180 MB where they are made, and 490 MB if those of all 8 stay. */
    @Test
    void onlyThePatchesOfOneBatchAreInMemory() throws IOException {
        assumeTrue(Files.isWritable(RESET), "only Linux counts the largest resident memory of a part of a process");
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(1, Device.CPU)) {
            Tensor images = generator.normal(1600, 3, 48, 48);
            Files.writeString(RESET, "5");
            long before = ProcessMemory.kilobytes("VmRSS");
            assertThat(new PatchRegression(images, images).determination()).isCloseTo(1, within(1e-6));
            assertThat(ProcessMemory.kilobytes("VmHWM") - before).isLessThan(300_000);
        }
    }
}
