package org.bcm4j.training.terms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.KeyedRandom;
import org.bcm4j.tensor.Scope;
import org.bcm4j.training.terms.IntervalLaw.EndPoints;
import org.bcm4j.training.terms.IntervalLaw.Settings;
import org.junit.jupiter.api.Test;

class TimeSamplerTest {
    private static final int BATCH = 4096;
    private static final Settings PAPER = Settings.paper(EndPoints.INCLUDED);

    /** With a law of its own for the soft term, the consistency term weighs every interval as its own law would. */
    @Property(tries = 50)
    void importanceRestoresTheConsistencyTermsLaw(
            @ForAll @IntRange(min = 3, max = 41) int points,
            @ForAll @IntRange(min = 1, max = BATCH / 2) int softImages,
            @ForAll @DoubleRange(min = 0, max = 1) double uniformIntervals,
            @ForAll long seed) {
        Settings soft = new Settings(EndPoints.INCLUDED, 2, 1, uniformIntervals, 0.5, 0.2);
        TimeGrid grid = new TimeGrid(points);
        TimeSampler times = new TimeSampler(grid, PAPER, Optional.of(soft), testDevice());
        double[] weighted = new double[points - 1];
        int batches = 30;
        KeyedRandom random = KeyedRandom.from(seed, 0, 0, testDevice());
        try (Scope scope = Scope.open()) {
            for (int batch = 0; batch < batches; batch++) {
                DrawnTimes drawn = times.draw(random, BATCH, softImages, (double) softImages / BATCH);
                double[] t = HostTensors.doubles(drawn.t());
                double[] importance = HostTensors.doubles(drawn.importance().orElseThrow());
                for (int i = 0; i < BATCH; i++) {
                    weighted[indexOf(grid, t[i])] += importance[i];
                }
            }
        }
        double bound = 1 / (1 - (double) softImages / BATCH);
        double draws = (double) batches * BATCH;
        double[] expected = new IntervalLaw(grid, PAPER).intervals();
        for (int n = 0; n < points - 1; n++) {
            // A draw's weight has a variance of at most bound·p; beyond six standard deviations lies one case in 10⁹.
            // Weights are float32.
            double deviation = Math.sqrt(bound * expected[n] / draws);
            assertThat(weighted[n] / draws).isCloseTo(expected[n], within(6 * deviation + 1e-6));
        }
    }

    @Test
    void onlyTheSoftTermsImagesFollowItsLaw() {
        Settings late = new Settings(EndPoints.INCLUDED, Math.log(80), 0.01, 0, 0, 0);
        try (Scope scope = Scope.open()) {
            double[] drawn = upperEnds(Optional.of(late));
            double[] withoutIt = upperEnds(Optional.empty());
            assertThat(Arrays.copyOf(drawn, 16)).containsOnly(80);
            assertThat(Arrays.copyOfRange(drawn, 16, 64)).isEqualTo(Arrays.copyOfRange(withoutIt, 16, 64));
        }
    }

    private static double[] upperEnds(Optional<Settings> soft) {
        return HostTensors.doubles(new TimeSampler(new TimeGrid(41), PAPER, soft, testDevice())
                .draw(KeyedRandom.from(1, 0, 0, testDevice()), 64, 16, 0.25)
                .tNext());
    }

    @Test
    void oneLawNeedsNoImportance() {
        try (Scope scope = Scope.open()) {
            assertThat(new TimeSampler(new TimeGrid(41), PAPER, Optional.empty(), testDevice())
                            .draw(KeyedRandom.from(1, 0, 0, testDevice()), 64, 16, 0.25)
                            .importance())
                    .isEmpty();
        }
    }

    private static int indexOf(TimeGrid grid, double time) {
        return IntStream.range(0, grid.points())
                .filter(n -> (float) grid.time(n) == (float) time)
                .findFirst()
                .orElseThrow();
    }
}
