package org.bcm4j.training.terms;

import java.util.Optional;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.KeyedRandom;

/**
 * Draws an interval of a time grid and a target grid point (docs/method.md §4).
 *
 * <p>The images of the soft term can have a law of their own. A batch then follows a mixture m = (1 − s)·p + s·q of two
 * laws of the intervals. The consistency term has weight p/m ≤ 1/(1 − s), which keeps its expectation under p (the
 * balance heuristic of multiple importance sampling: Veach and Guibas 1995).
 */
public final class TimeSampler {
    private final TimeGrid grid;
    private final IntervalLaw law;
    private final Optional<IntervalLaw> softLaw;
    private final Device device;

    /**
     * @param settings p and its law of the targets
     * @param softSettings q and its law of the targets; absent if q is p
     */
    TimeSampler(
            TimeGrid grid, IntervalLaw.Settings settings, Optional<IntervalLaw.Settings> softSettings, Device device) {
        this.grid = grid;
        this.law = new IntervalLaw(grid, settings);
        this.softLaw = softSettings.map(soft -> new IntervalLaw(grid, soft));
        this.device = device;
    }

    /**
     * Draws the times of {@code count} examples; u is never t_{n+1}.
     *
     * @param softImages the number of leading examples for which a soft term is computed
     * @param share s, of the whole batch to which the examples belong
     */
    DrawnTimes draw(KeyedRandom random, int count, int softImages, double share) {
        double[] uniform = random.uniforms(count, 2);
        double[] tNext = new double[count];
        double[] t = new double[count];
        double[] u = new double[count];
        double[] importance = new double[count];
        double[] p = law.intervals();
        double[] q = softLaw.orElse(law).intervals();
        for (int i = 0; i < count; i++) {
            IntervalLaw own = i < softImages ? softLaw.orElse(law) : law;
            int n = own.interval(uniform[2 * i]);
            tNext[i] = grid.time(n + 1);
            t[i] = grid.time(n);
            u[i] = grid.time(own.target(uniform[2 * i + 1], n));
            importance[i] = p[n] / ((1 - share) * p[n] + share * q[n]);
        }
        return DrawnTimes.on(device, tNext, t, u, softLaw.map(soft -> importance));
    }
}
