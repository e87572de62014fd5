package org.bcm4j.images;

import java.nio.file.Path;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A folder for the pictures of a test, and the scope of what it decodes. */
abstract class DecodedPictures {
    @TempDir
    Path directory;

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }
}
