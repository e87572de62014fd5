package org.bcm4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.bcm4j.tensor.NativeCode;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadAheadTest {
    @TempDir
    Path folder;

    /** Prints whether the thread that loads libraries initialises JavaCPP's first class before it loads any. */
    static final class Order {
        private Order() {}

        @SuppressWarnings("LockOnNonEnclosingClassLiteral") // it is JavaCPP's lock that matters
        public static void main(String[] arguments) throws InterruptedException {
            Thread loader;
            synchronized (Loader.class) { // which each loading of a library takes
                NativeCode.loadAhead();
                loader = Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("libtorch loader"))
                        .findFirst()
                        .orElseThrow();
                while (loader.getState() != Thread.State.BLOCKED) {
                    Thread.onSpinWait();
                }
                System.out.println(Arrays.stream(loader.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals("org.bytedeco.javacpp.Pointer")
                                && frame.getMethodName().equals("<clinit>")));
            }
            loader.join();
        }
    }

    /**
     * A library that is being loaded waits until the class Pointer is initialised, and another thread that initialises it
     * waits for the library. So the thread that loads initialises the class first.
     */
    @Test
    void aFirstUseDuringLoadingDoesNotWaitForEver() throws Exception {
        assertThat(ChildJvm.linesOf(Order.class, folder, Duration.ofMinutes(2), List.of()))
                .containsExactly("true");
    }
}
