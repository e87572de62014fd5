package org.bcm4j.training;

import java.nio.file.Path;
import org.bcm4j.storage.UserException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the steps in a row that changed no weight because their loss was not finite, and says when the run must go back
 * to its newest checkpoint: weights that have diverged do not recover by skipping. All ranks of a group count alike.
 */
final class SkippedSteps {
    /** The limit of skipped steps in a row. Bursts are shorter. */
    private static final int MOST = 100;
    /** Fewer skipped steps in a row are chance, or fp16's search for its loss scale. */
    private static final int BURST = 10;
    /** How often a run goes back to one checkpoint. Each time it goes on with batches that it has not seen yet. */
    private static final int MOST_RETURNS = 3;

    private static final Logger LOG = LoggerFactory.getLogger(SkippedSteps.class);

    private final Path run;
    private int inRow;
    private boolean warned;
    private long returnedTo = -1;
    private int returns;

    SkippedSteps(Path run) {
        this.run = run;
    }

    /** Takes the outcome of a step, and says whether the run must go back. */
    boolean add(StepOutcome outcome) {
        inRow = outcome.skipped() ? inRow + 1 : 0;
        if (inRow < MOST) {
            return false;
        }
        inRow = 0;
        return true;
    }

    boolean lastSkipped() {
        return inRow > 0;
    }

    /** Whether so many steps in a row were skipped that the weights may be of no use. */
    boolean inBurst() {
        return inRow >= BURST;
    }

    /** Warns of the first skipped step of the run; {@code done} is its number. */
    void warn(long done) {
        if (lastSkipped() && !warned) {
            warned = true;
            LOG.warn("{}: the loss of step {} is not finite; such steps are skipped and counted", run, done);
        }
    }

    /**
     * Takes note that the run has gone back.
     *
     * @param step the checkpoint's
     * @throws UserException if the run has gone back to it too often
     */
    void returned(long step) {
        returns = step == returnedTo ? returns + 1 : 1;
        returnedTo = step;
        if (returns > MOST_RETURNS) {
            throw new UserException(run + ": the loss of " + MOST + " steps in a row was not finite, also after going"
                    + " back to step " + step + " " + MOST_RETURNS
                    + " times; continue from there with a lower stages.N.optimizer.learning_rate");
        }
        LOG.warn(
                "{}: the loss of {} steps in a row was not finite; going back to step {}, and on with other images",
                run,
                MOST,
                step);
    }

    /** What ends a run that has no checkpoint to go back to. */
    UserException withoutCheckpoint() {
        return new UserException(run + ": the loss of " + MOST + " steps in a row was not finite, and there is no"
                + " checkpoint yet; start again with a lower stages.N.optimizer.learning_rate");
    }
}
