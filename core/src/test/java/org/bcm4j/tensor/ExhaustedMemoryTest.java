package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ExhaustedMemoryTest {
    @Test
    void libtorchTellsOfAGpuByText() {
        assertThat(ExhaustedMemory.in(new RuntimeException("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a"
                        + " total capacity of 139.80 GiB of which 1.00 GiB is free.\nException raised from malloc")))
                .contains(ExhaustedMemory.GPU);
        assertThat(ExhaustedMemory.in(new RuntimeException("CUDA error: out of memory\nCUDA kernel errors might be")))
                .contains(ExhaustedMemory.GPU);
        assertThat(ExhaustedMemory.in(new RuntimeException(
                        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")))
                .contains(ExhaustedMemory.GPU);
        assertThat(ExhaustedMemory.in(new RuntimeException("CUDA error: an illegal memory access was encountered")))
                .isEmpty();
    }

    /** What libtorch says here and now: no machine has 4 EiB. */
    @Test
    void libtorchTellsOfTheMachineByText() {
        try (Scope scope = Scope.open()) {
            assertThat(ExhaustedMemory.in(catchThrowable(() -> torch.empty(1L << 60))))
                    .contains(ExhaustedMemory.MACHINE);
            assertThat(ExhaustedMemory.in(catchThrowable(() -> HostTensors.allocate(torch.ScalarType.Float, 1L << 60))))
                    .contains(ExhaustedMemory.MACHINE);
        }
    }

    @Test
    void javaCppAndTheVirtualMachineThrowOneError() {
        assertThat(ExhaustedMemory.in(new OutOfMemoryError(
                        "Physical memory usage is too high: physicalBytes (4G) > maxPhysicalBytes (3G)")))
                .contains(ExhaustedMemory.MACHINE);
        assertThat(ExhaustedMemory.in(new OutOfMemoryError("Java heap space"))).contains(ExhaustedMemory.JAVA);
        assertThat(ExhaustedMemory.in(new OutOfMemoryError())).contains(ExhaustedMemory.JAVA);
    }

    @Test
    void otherFailuresAreNotOfMemory() {
        assertThat(ExhaustedMemory.in(new IllegalStateException("shapes differ")))
                .isEmpty();
        assertThat(ExhaustedMemory.in(new IllegalStateException())).isEmpty();
    }
}
