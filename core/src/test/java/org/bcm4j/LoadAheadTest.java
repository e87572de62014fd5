package org.bcm4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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

    /** Ends while libtorch is being loaded, and prints the state of the thread that waits for that. */
    static final class End {
        private static final Duration PATIENCE = Duration.ofSeconds(20);

        private End() {}

        @SuppressWarnings("LockOnNonEnclosingClassLiteral") // it is JavaCPP's lock that matters
        public static void main(String[] arguments) throws InterruptedException {
            Instant limit = Instant.now().plus(PATIENCE);
            synchronized (Loader.class) { // so that loading does not end
                NativeCode.loadAhead();
                new Thread(() -> System.exit(0)).start();
                Thread.State state = Thread.State.NEW;
                while (state != Thread.State.TIMED_WAITING && Instant.now().isBefore(limit)) {
                    state = Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().equals("end of loading"))
                            .map(Thread::getState)
                            .findFirst()
                            .orElse(Thread.State.NEW);
                }
                System.out.println(state);
            }
        }
    }

    /** The static objects of a library must not be destroyed on one thread while they are made on another. */
    @Test
    void theEndOfTheProcessWaitsForLoading() throws Exception {
        assertThat(ChildJvm.linesOf(End.class, folder, Duration.ofMinutes(2), List.of()))
                .containsExactly("TIMED_WAITING");
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
