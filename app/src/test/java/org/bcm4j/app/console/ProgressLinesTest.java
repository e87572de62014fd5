package org.bcm4j.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    @Test
    void rateAndRemainingTimeCountThisSessionOnly() {
        // 100 steps in 50 s; the first 100 were made before.
        assertThat(lines(100, 1000).line(200, "loss 0.5", 50))
                .isEqualTo("training: 200 of 1000 steps (20 %), 2.00 steps/s, 0:06:40 left, loss 0.5");
    }

    @Test
    void withoutProgressNothingIsKnownOfTheEnd() {
        assertThat(lines(100, 1000).line(100, "", 50))
                .isEqualTo("training: 100 of 1000 steps (10 %), 0.00 steps/s, unknown left");
    }

    @Test
    void shortWorkShowsNothing() {
        try (ProgressLines lines = lines(0, 2)) {
            lines.at(1, "");
            lines.at(2, "");
        }
        assertThat(told.size()).isZero();
    }

    private ProgressLines lines(long first, long total) {
        return new ProgressLines(
                new PrintStream(told, true, StandardCharsets.UTF_8), "training", "steps", first, total);
    }
}
