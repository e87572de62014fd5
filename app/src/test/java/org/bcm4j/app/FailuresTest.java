package org.bcm4j.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    private static final String HINT = "bcm: set BCM_DEBUG=1 to see where this happened\n";

    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    @Test
    void aMistakeIsToldAlone() {
        assertThat(failures(false).tell(new UserException("model/x: is no model\n  look here")))
                .isEqualTo(2);
        assertThat(told()).isEqualTo("bcm: model/x: is no model\nbcm:   look here\n");
    }

    @Test
    void ofANativeFailureOnlyTheFirstLineIsForPeople() {
        RuntimeException failure = new RuntimeException("shapes differ\nException raised from kernel.cpp:12\nframe #0");
        assertThat(failures(false).tell(failure)).isEqualTo(1);
        assertThat(told()).isEqualTo("bcm: RuntimeException: shapes differ\n" + HINT);
    }

    @Test
    void aFailureWithoutAMessageHasItsName() {
        assertThat(failures(false).tell(new IllegalStateException())).isEqualTo(1);
        assertThat(told()).isEqualTo("bcm: IllegalStateException\n" + HINT);
    }

    @Test
    void memoryThatRanOutSaysWhatToDo() {
        assertThat(failures(false).tell(new OutOfMemoryError("Java heap space")))
                .isEqualTo(1);
        assertThat(told())
                .isEqualTo(
                        "bcm: out of memory (OutOfMemoryError: Java heap space); ask for less at once, or allow more:"
                                + " BCM_JAVA_OPTIONS=-Xmx8g\n");
    }

    @Test
    void ofTheMemoryOfAGpuThereIsOneLineWithAdvice() {
        RuntimeException failure = new RuntimeException("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a"
                + " total capacity of 139.80 GiB of which 1.00 GiB is free.\nException raised from malloc");
        assertThat(failures(false).tell(failure)).isEqualTo(1);
        assertThat(told())
                .isEqualTo(
                        "bcm: the GPU is out of memory (2.00 GiB more were needed); take fewer images at once, or for"
                                + " training more micro_batches and activation_checkpointing=true, or compute on the CPU"
                                + " (--device cpu)\n");
    }

    /** Java's heap has no part in it. */
    @Test
    void ofTheMachinesMemoryTheAdviceIsNotALargerHeap() {
        assertThat(failures(false)
                        .tell(new RuntimeException("[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator:"
                                + " can't allocate memory: you tried to allocate 4096 bytes. Error code 12 (Cannot"
                                + " allocate memory)")))
                .isEqualTo(1);
        assertThat(failures(false).tell(new OutOfMemoryError("Physical memory usage is too high: physicalBytes (4G)")))
                .isEqualTo(1);
        String advice = "; take fewer images at once, or for training more micro_batches and"
                + " activation_checkpointing=true\n";
        assertThat(told())
                .isEqualTo("bcm: this machine is out of memory (4096 bytes more were needed)" + advice
                        + "bcm: this machine is out of memory (OutOfMemoryError: Physical memory usage is too high:"
                        + " physicalBytes (4G))" + advice);
    }

    /** libtorch is loaded on one thread; another that needs it has only the second failure. */
    @Test
    void ofAClassThatCouldNotBeLoadedTheFirstFailureIsTold() {
        Error second = new NoClassDefFoundError("Could not initialize class org.bytedeco.pytorch.global.torch");
        second.initCause(new UnsatisfiedLinkError("no jnitorch in java.library.path"));
        assertThat(failures(false).tell(second)).isEqualTo(1);
        assertThat(told()).isEqualTo("bcm: UnsatisfiedLinkError: no jnitorch in java.library.path\n" + HINT);
    }

    @Test
    void tracesAreShownOnRequest() {
        failures(true).tell(new UserException("a mistake"));
        assertThat(told()).contains("at org.bcm4j.app.FailuresTest.").endsWith("bcm: a mistake\n");
    }

    private Failures failures(boolean traces) {
        return new Failures(new PrintStream(told, true, StandardCharsets.UTF_8), traces);
    }

    private String told() {
        return told.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
