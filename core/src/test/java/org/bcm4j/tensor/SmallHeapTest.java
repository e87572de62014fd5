package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.bcm4j.ChildJvm;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors do not lie in the Java heap, so its size does not limit them. */
class SmallHeapTest {
    @TempDir
    Path folder;

    /** Prints the sum of a tensor that is larger than four times its heap. */
    static final class Large {
        private static final long NUMBERS = 64L << 20;

        private Large() {}

        public static void main(String[] arguments) {
            Device device = testDevice();
            try (Scope scope = Scope.open()) {
                Tensor ones = device.full(1, NUMBERS);
                System.out.println(Math.round(ones.sum().item_double()) == NUMBERS);
            }
        }
    }

    /** The same for a program that names no device first. */
    static final class LargeFromArray {
        private LargeFromArray() {}

        public static void main(String[] arguments) {
            try (Scope scope = Scope.open()) {
                Tensor ones = HostTensors.zeroBytes(4, Large.NUMBERS).add(Ops.scalar(1L));
                System.out.println(ones.sum().item_long() == 4 * Large.NUMBERS);
            }
        }
    }

    @Test
    void aTensorFromTheHostMayBeToo() throws Exception {
        assertThat(ChildJvm.linesOf(LargeFromArray.class, folder, Duration.ofMinutes(2), List.of("-Xmx32m")))
                .containsExactly("true");
    }

    @Test
    void aTensorMayBeManyTimesLargerThanTheHeap() throws Exception {
        assertThat(ChildJvm.linesOf(Large.class, folder, Duration.ofMinutes(2), List.of("-Xmx32m")))
                .containsExactly("true");
    }
}
