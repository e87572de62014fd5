package org.bcm4j.app.console;

import java.util.Locale;
import java.util.Optional;
import org.bcm4j.journal.Journal;
import org.bcm4j.journal.StepRecord;

/** The part of a training run's journal for the user: progress, speed and loss. */
public record TrainingProgress(Progress progress) implements Journal {
    @Override
    public void step(StepRecord record) {
        String loss = measured(record, "loss/total")
                .map(value -> format("loss %.4g", value))
                .orElse("");
        String rate = measured(record, "images_per_second")
                .map(value -> format(", %.0f images/s", value))
                .orElse("");
        progress.at(record.step(), loss + rate);
    }

    private static Optional<Double> measured(StepRecord record, String name) {
        return Optional.ofNullable(record.values().get(name));
    }

    private static String format(String pattern, double value) {
        return String.format(Locale.ROOT, pattern, value);
    }

    @Override
    public void image(String tag, long step, byte[] png) {}

    @Override
    public void note(String text) {}

    @Override
    public void close() {
        progress.close();
    }
}
