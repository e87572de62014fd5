package org.bcm4j.reproduction;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.storage.UserException;

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
        return read(List.of());
    }

    /** The same with further changes to the training. */
    ReproductionConfig read(List<String> ofTraining) {
        List<String> all = Stream.concat(settings.stream(), ofTraining.stream().map(setting -> "training." + setting))
                .toList();
        return ConfigFile.read(file, ReproductionConfig.class, all);
    }
}
