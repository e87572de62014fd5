package org.bcm4j.data;

import java.nio.file.Path;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.storage.UserException;

/** The data block of a training configuration, for uses that need nothing else of it. */
public record DataBlock(DataSource data) {
    /**
     * The data set of a configuration. Its files are not accessed yet.
     *
     * @throws UserException if the file cannot be read, or has no valid data block
     */
    public static DataSource of(Path configuration) {
        return ConfigFile.readPart(configuration, DataBlock.class).data();
    }
}
