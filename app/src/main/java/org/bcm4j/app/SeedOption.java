package org.bcm4j.app;

import java.util.Optional;
import picocli.CommandLine.Option;

/** The seed of every random number that a command draws. */
final class SeedOption {
    private static final long DEFAULT = 0;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Seeds the noise; the same seed gives the same result (default: " + DEFAULT + ").")
    private Optional<Long> seed = Optional.empty();

    long value() {
        return seed.orElse(DEFAULT);
    }

    /** The seed for a person to repeat the command with, marked if nobody chose it. */
    @Override
    public String toString() {
        return "seed " + value() + (seed.isPresent() ? "" : " (default)");
    }
}
