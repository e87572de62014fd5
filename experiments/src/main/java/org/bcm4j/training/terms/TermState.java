package org.bcm4j.training.terms;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Weights;

/**
 * The state that a term keeps between steps. A checkpoint stores its buffers under the names of the term and the
 * buffer.
 */
public interface TermState extends AutoCloseable {
    /** The state of a term that keeps nothing. */
    TermState NONE = new TermState() {
        @Override
        public Map<String, Weights> buffers() {
            return Map.of();
        }

        @Override
        public void begin(Weights average) {}

        @Override
        public void close() {}
    };

    /** The buffers by name. */
    Map<String, Weights> buffers();

    /** What the term trains beside the model; most terms train nothing. */
    default Optional<Learner> learner() {
        return Optional.empty();
    }

    /**
     * Called when the term's stage begins, unless the stage before has the term too.
     *
     * @param average the averaged weights from which the stage starts
     */
    void begin(Weights average);

    /** Called when the term's stage begins and the stage before has the term too: takes over its state there. */
    default void continueFrom(TermState before) {
        try (NoGradients guard = new NoGradients()) {
            buffers()
                    .forEach((name, buffer) -> buffer.flat()
                            .copy_(Objects.requireNonNull(before.buffers().get(name), name)
                                    .flat()));
        }
    }

    @Override
    void close();
}
