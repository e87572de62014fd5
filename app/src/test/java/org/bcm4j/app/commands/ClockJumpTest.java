package org.bcm4j.app.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bcm4j.app.CommandProcess;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.TinyExperiment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The machine's clock is set forward and back by hours while ranks train. Needs Debian's faketime. */
@Tag("large")
@Timeout(200)
class ClockJumpTest {
    private static final Path LIBRARY = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1");
    private static final List<String> HOURS = List.of("+5h", "-3h", "+40h", "+0");

    @TempDir
    Path directory;

    private Path clock;

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(Files.exists(LIBRARY), "the clock is set by Debian's faketime");
        TinyExperiment.writeData(directory);
        Files.writeString(directory.resolve("tiny.yaml"), TinyExperiment.yaml(directory));
        clock = directory.resolve("clock");
        Files.writeString(clock, "+0");
    }

    /** Starts the JVM under a clock that shows the time of the file {@code clock}. The monotonic clock stays as it is. */
    private CommandProcess underThatClock() {
        return new CommandProcess(
                directory,
                List.of(),
                List.of(
                        "env",
                        "LD_PRELOAD=" + LIBRARY,
                        "FAKETIME_TIMESTAMP_FILE=" + clock,
                        "FAKETIME_NO_CACHE=1",
                        "FAKETIME_DONT_FAKE_MONOTONIC=1",
                        "FAKETIME_FORCE_MONOTONIC_FIX=0"));
    }

    @Test
    void aClockThatJumpsChangesNothing() throws Exception {
        String[] training = {"train", "tiny.yaml", "--run", "jumps", "--ranks", "2", "--set", "stages.0.steps=100"};
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process = underThatClock().start(out, err, training);
        int jumps = 0;
        while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
            Path next = Files.writeString(directory.resolve("next"), HOURS.get(jumps % HOURS.size()));
            Files.move(next, clock, StandardCopyOption.ATOMIC_MOVE);
            jumps++;
        }
        Outcome outcome = CommandProcess.outcome(process, out, err);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(jumps).isGreaterThan(2 * HOURS.size());

        training[3] = "steady";
        assertThat(CommandProcess.in(directory).run(training).exitCode()).isZero();
        assertThat(model("jumps")).hasSameBinaryContentAs(model("steady"));
    }

    private Path model(String run) {
        return directory.resolve(run).resolve("model/model.safetensors");
    }
}
