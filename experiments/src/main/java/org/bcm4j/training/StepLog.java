package org.bcm4j.training;

import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bcm4j.journal.Journal;
import org.bcm4j.journal.StepRecord;

/** Averages the samples of the steps between two log lines, keeps the newest states, and times the steps. */
final class StepLog {
    private final Journal journal;
    private final TrainingConfig config;
    /** The newest states. */
    private final Map<String, Double> states = new LinkedHashMap<>();
    /** The samples by name. At the border of two stages, some steps of a line lack some of them. */
    private final Map<String, DoubleSummaryStatistics> samples = new LinkedHashMap<>();

    private int steps;
    private long since = System.nanoTime();

    StepLog(Journal journal, TrainingConfig config) {
        this.journal = journal;
        this.config = config;
    }

    /** Takes the outcome of step number {@code done}; writes a line if one is due. */
    void add(StepOutcome outcome, long done) {
        states.putAll(outcome.states());
        outcome.samples()
                .forEach((name, value) -> samples.computeIfAbsent(name, first -> new DoubleSummaryStatistics())
                        .accept(value));
        steps++;
        if (done % config.output().logEvery() != 0 && done != config.totalSteps()) {
            return;
        }
        Map<String, Double> line = new LinkedHashMap<>(states);
        samples.forEach((name, values) -> line.put(name, values.getAverage()));
        double seconds = (System.nanoTime() - since) * 1e-9;
        line.put("images_per_second", steps * config.batchSize() / seconds);
        journal.step(new StepRecord(done, done * config.batchSize(), line));
        samples.clear();
        steps = 0;
        since = System.nanoTime();
    }
}
