package org.bcm4j.app.options;

import java.util.Optional;
import picocli.CommandLine.Option;

/** The option for the seed of all random numbers of a command. */
public final class SeedOption {
    private static final long DEFAULT = 0;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Seeds the noise; the same seed gives the same result (default: " + DEFAULT + ").")
    private Optional<Long> seed = Optional.empty();

    /** The given seed, or 0. */
    public long value() {
        return seed.orElse(DEFAULT);
    }

    /** The seed, for repeating the command; marked if it was not chosen by the user. */
    @Override
    public String toString() {
        return "seed " + value() + (seed.isPresent() ? "" : " (default)");
    }
}
