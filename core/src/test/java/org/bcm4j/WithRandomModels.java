package org.bcm4j;

import java.nio.file.Path;
import org.bcm4j.model.ModelKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A folder of models of random weights, of which {@code grey} is there. */
abstract class WithRandomModels {
    @TempDir
    Path folder;

    RandomModels models = new RandomModels(Path.of(""));

    @BeforeEach
    void write() {
        models = new RandomModels(folder);
        models.write("grey", ModelKind.BIDIRECTIONAL, 1);
    }

    BcmModel load(String name) {
        return models.load(name);
    }
}
