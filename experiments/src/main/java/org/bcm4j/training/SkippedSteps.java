package org.bcm4j.training;

import java.nio.file.Path;
import org.bcm4j.storage.UserException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the steps in a row that changed no weight because their loss was not finite. It warns of the first one and ends
 * a run that makes no other steps.
 */
final class SkippedSteps {
    /** The limit of skipped steps in a row. Bursts are shorter, and weights that have diverged do not recover. */
    private static final int MOST = 100;

    private static final Logger LOG = LoggerFactory.getLogger(SkippedSteps.class);

    private final Path run;
    private int inRow;
    private boolean warned;

    SkippedSteps(Path run) {
        this.run = run;
    }

    /**
     * Takes the outcome of step number {@code done}.
     *
     * @throws UserException after {@value #MOST} skipped steps in a row
     */
    void add(StepOutcome outcome, long done) {
        inRow = outcome.skipped() ? inRow + 1 : 0;
        if (inRow > 0 && !warned) {
            warned = true;
            LOG.warn("{}: the loss of step {} is not finite; such steps are skipped and counted", run, done);
        }
        if (inRow == MOST) {
            throw new UserException(
                    run + ": the loss of " + MOST + " steps in a row was not finite; nothing is saved since the last"
                            + " checkpoint: continue from there with a lower stages.N.optimizer.learning_rate");
        }
    }
}
