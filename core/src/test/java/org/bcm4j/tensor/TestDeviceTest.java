package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;

class TestDeviceTest {
    @Test
    void isTheCpuUnlessNamed() {
        assertThat(TestDevice.named(Optional.empty())).isEqualTo(Device.CPU);
        assertThat(TestDevice.named(Optional.of("cpu"))).isEqualTo(Device.CPU);
    }

    @Test
    void anAbsentDeviceIsRefusedInOneLine() {
        assumeTrue(Device.CUDA.obstacle().isPresent(), "there is a GPU");
        assertThatThrownBy(() -> TestDevice.named(Optional.of("cuda")))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("device cuda: ")
                .message()
                .hasLineCount(1);
    }

    @Test
    void whatIsNoDeviceIsRefused() {
        assertThatThrownBy(() -> TestDevice.named(Optional.of("gpu")))
                .isInstanceOf(UserException.class)
                .hasMessage("BCM_TEST_DEVICE=gpu: is not a device; choose from cpu, cuda");
    }
}
