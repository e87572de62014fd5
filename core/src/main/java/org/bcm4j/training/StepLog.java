package org.bcm4j.training;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bcm4j.journal.Journal;
import org.bcm4j.journal.StepRecord;

/** Averages what steps measure between the lines of the log, and times them. */
final class StepLog {
    /** Measurements that are states rather than samples: the line shows the newest. */
    private static final Set<String> STATES = Set.of("learning_rate", "points", "stage", "skipped");

    private final Journal journal;
    private final TrainingConfig config;
    private final Map<String, Double> sums = new LinkedHashMap<>();
    private int steps;
    private long since = System.nanoTime();

    StepLog(Journal journal, TrainingConfig config) {
        this.journal = journal;
        this.config = config;
    }

    /** Takes what step number {@code done} measured; writes a line when one is due. */
    void add(Map<String, Double> measured, long done) {
        measured.forEach((name, value) -> sums.merge(name, value, STATES.contains(name) ? (a, b) -> b : Double::sum));
        steps++;
        if (done % config.output().logEvery() != 0 && done != config.totalSteps()) {
            return;
        }
        Map<String, Double> line = new LinkedHashMap<>();
        sums.forEach((name, sum) -> line.put(name, STATES.contains(name) ? sum : sum / steps));
        double seconds = (System.nanoTime() - since) * 1e-9;
        line.put("images_per_second", steps * config.batchSize() / seconds);
        journal.step(new StepRecord(done, done * config.batchSize(), line));
        sums.clear();
        steps = 0;
        since = System.nanoTime();
    }
}
