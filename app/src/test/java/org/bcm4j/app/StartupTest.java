package org.bcm4j.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bcm4j.app.CommandProcess.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Help, and what can be known without computing, comes at once: libtorch, which takes seconds to load, stays out. */
class StartupTest {
    /** The class through which every native library of libtorch comes in. */
    private static final String LIBTORCH = "org.bytedeco.javacpp.Loader ";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"--help", "sample --help", "sample nowhere --walk 80>90 --out x.png", "smaple"})
    void libtorchIsNotLoaded(String line) throws Exception {
        Files.writeString(directory.resolve("experiment.yaml"), TinyExperiment.yaml(directory));
        Outcome outcome = withClassLog(line.split(" "));
        assertThat(outcome.out()).contains("org.bcm4j.app.Bcm ").doesNotContain(LIBTORCH);
    }

    @Test
    void theProbeFindsLibtorchWhereItIsLoaded() throws Exception {
        TinyModel.write(directory.resolve("model"));
        assertThat(withClassLog("info", "model").out()).contains(LIBTORCH);
    }

    private Outcome withClassLog(String... arguments) throws IOException, InterruptedException {
        return new CommandProcess(directory, List.of("-Xlog:class+load:stdout")).run(arguments);
    }
}
