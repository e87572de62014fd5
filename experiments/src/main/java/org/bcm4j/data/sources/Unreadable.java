package org.bcm4j.data.sources;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.ZipException;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;

/** The error of a source that cannot be read. */
final class Unreadable {
    private Unreadable() {}

    /** @param place the file, or a place in it */
    static UserException source(String place, IOException cause) {
        if (cause instanceof EOFException || cause instanceof ZipException) {
            return new UserException(place + ": ends too early or is damaged; fetch it again", cause);
        }
        return FileFailure.reading(Path.of(place), cause);
    }
}
