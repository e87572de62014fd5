package org.bcm4j.reproduction;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.storage.UserException;
import org.bcm4j.training.TrainingConfig;

/**
 * Where the experiment is described.
 *
 * @param file YAML of a {@link ReproductionConfig}
 * @param settings {@code key=value} changes to it
 */
public record ExperimentFile(Path file, List<String> settings) {
    /** Keeps a copy of the list. */
    public ExperimentFile {
        settings = List.copyOf(settings);
    }

    /** @throws UserException if the file cannot be read, or it and the changes do not fit */
    public ReproductionConfig read() {
        return ConfigFile.read(file, ReproductionConfig.class, settings);
    }

    /**
     * A run that differs from the experiment's in its training, which need not be one that the other runs could vary.
     *
     * @param changes {@code key=value} of the training
     */
    TrainingConfig training(List<String> changes) {
        List<String> all = Stream.concat(settings.stream(), changes.stream().map(change -> "training." + change))
                .toList();
        return ConfigFile.readPart(file, Part.class, all).training();
    }

    /** What {@link #training} reads of the file. */
    record Part(TrainingConfig training) {}
}
