package org.bcm4j.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.tensor.Scope;
import org.bcm4j.training.Curriculum;
import org.bcm4j.training.terms.IntervalLaw;
import org.bcm4j.training.terms.IntervalLaw.EndPoints;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Time grids, interval laws and the curriculum against those of the published code, in double precision. */
class SchedulesParityTest {
    private Scope scope;
    private Fixture fixture;

    @BeforeEach
    void open() {
        scope = Scope.open();
        fixture = Fixture.open("schedules");
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {11, 21, 41, 81, 161, 321, 641, 1281})
    void gridAndItsRoundingToFloat32(int points) {
        TimeGrid grid = new TimeGrid(points);
        double[] expected = fixture.doubles("N" + points + "/t");
        double[] rounded = fixture.doubles("N" + points + "/t_fp32");
        double[] times = IntStream.range(0, points).mapToDouble(grid::time).toArray();
        assertClose(times, expected);
        assertThat(Arrays.stream(times).map(time -> (float) time).toArray()).isEqualTo(rounded);
    }

    @ParameterizedTest
    @ValueSource(ints = {11, 21, 41, 81, 161, 321, 641, 1281})
    void intervalLaws(int points) {
        assertClose(law(points, EndPoints.INCLUDED).intervals(), fixture.doubles("N" + points + "/p"));
        assertClose(law(points, EndPoints.PUBLISHED).intervals(), fixture.doubles("N" + points + "/p_ref_quirk"));
    }

    @ParameterizedTest
    @ValueSource(ints = {11, 21, 41, 81, 161, 321, 641, 1281})
    void publishedTargetLaws(int points) {
        String prefix = "N" + points + "/p_u_given_n=";
        IntervalLaw law = law(points, EndPoints.PUBLISHED);
        int compared = 0;
        for (String name : fixture.tensors().keySet()) {
            if (name.startsWith(prefix)) {
                double[] given = law.targetsGiven(Integer.parseInt(name.substring(prefix.length())));
                // The recorded law has no entry for the last grid point, which the published code never draws.
                assertThat(given[points - 1]).isZero();
                assertClose(Arrays.copyOf(given, points - 1), fixture.doubles(name));
                compared++;
            }
        }
        assertThat(compared).isEqualTo(3);
    }

    @Test
    void curriculum() {
        JsonNode recorded = fixture.config().path("curriculum").path(0);
        Curriculum curriculum = new Curriculum.Doubling(
                recorded.path("s0").intValue(), recorded.path("s1").intValue());
        long steps = recorded.path("K").longValue();
        assertThat(recorded.path("k")).hasSize(21);
        for (int i = 0; i < recorded.path("k").size(); i++) {
            long k = recorded.path("k").path(i).longValue();
            assertThat(curriculum.points(k, steps))
                    .as("N at step %d", k)
                    .isEqualTo(recorded.path("N").path(i).intValue());
        }
    }

    /** To 1e-12, or that part of a number beyond 1. */
    private static void assertClose(double[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double error = IntStream.range(0, expected.length)
                .mapToDouble(i -> Math.abs(actual[i] - expected[i]) / Math.max(1, Math.abs(expected[i])))
                .max()
                .orElseThrow();
        assertThat(error).isLessThan(1e-12);
    }

    private static IntervalLaw law(int points, EndPoints endPoints) {
        return new IntervalLaw(new TimeGrid(points), IntervalLaw.Settings.paper(endPoints));
    }
}
