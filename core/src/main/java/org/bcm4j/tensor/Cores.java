package org.bcm4j.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The cores that this process may use. libtorch's own count is that of the processor, which may differ from what the
 * operating system knows: on virtual machines of AMD's family 26 it takes two cores for one, and half of the machine
 * stands idle. In a container it ignores the limit.
 */
final class Cores {
    private static final Path PROCESSORS = Path.of("/sys/devices/system/cpu");

    /** Lists the processors that share a core. */
    private static final String SHARING = "topology/thread_siblings_list";

    private Cores() {}

    /**
     * How many threads of libtorch use the whole of what this process may use. Two threads on one core would compete for
     * its arithmetic units.
     *
     * @param otherwise the number of cores where the operating system does not tell it
     */
    static int usable(int otherwise) {
        return Math.min(
                Runtime.getRuntime().availableProcessors(), physical(PROCESSORS).orElse(otherwise));
    }

    /** The number of cores in Linux's description of the processors; empty if there is none. */
    static OptionalInt physical(Path processors) {
        try (Stream<Path> all = Files.list(processors)) {
            int cores = (int) all.map(processor -> processor.resolve(SHARING))
                    .filter(Files::isReadable)
                    .map(Cores::text)
                    .distinct()
                    .count();
            return cores == 0 ? OptionalInt.empty() : OptionalInt.of(cores);
        } catch (IOException | UncheckedIOException e) {
            return OptionalInt.empty();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
