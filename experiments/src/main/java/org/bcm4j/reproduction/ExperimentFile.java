package org.bcm4j.reproduction;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.storage.UserException;
import org.bcm4j.training.TrainingConfig;

/**
 * The file that describes the experiment.
 *
 * @param file YAML of a {@link ReproductionConfig}
 * @param settings {@code key=value} changes to it
 */
public record ExperimentFile(Path file, List<String> settings) {
    /** Copies the list. */
    public ExperimentFile {
        settings = List.copyOf(settings);
    }

    /** @throws UserException if the file cannot be read, or it does not fit the changes */
    public ReproductionConfig read() {
        return ConfigFile.read(file, ReproductionConfig.class, settings);
    }

    /**
     * The training configuration of a run that differs from the experiment's. It need not meet the conditions that
     * {@link ReproductionConfig} checks.
     *
     * @param changes {@code key=value} changes of the training
     */
    TrainingConfig training(List<String> changes) {
        List<String> all = Stream.concat(settings.stream(), changes.stream().map(change -> "training." + change))
                .toList();
        return ConfigFile.readPart(file, Part.class, all).training();
    }

    /** The part of the file that {@link #training} reads. */
    record Part(TrainingConfig training) {}
}
