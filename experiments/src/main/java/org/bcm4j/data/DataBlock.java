package org.bcm4j.data;

import java.nio.file.Path;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.storage.UserException;

/** The part of a training configuration that says which data set, where nothing else of it matters. */
public record DataBlock(DataSource data) {
    /**
     * The data set of a configuration; its files are not touched yet.
     *
     * @throws UserException if the file can not be read, or has no sound data block
     */
    public static DataSource of(Path configuration) {
        return ConfigFile.readPart(configuration, DataBlock.class).data();
    }
}
