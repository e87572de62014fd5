package org.bcm4j.training;

import org.bcm4j.model.IntervalLaw;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.SeededGenerator;

/** Draws the ends of a time grid's interval, and a point of the grid to go to (docs/method.md §4). */
public final class IntervalTimes {
    private final TimeGrid grid;
    private final IntervalLaw law;
    private final Device device;

    IntervalTimes(int points, IntervalLaw.Settings settings, Device device) {
        this.grid = new TimeGrid(points);
        this.law = new IntervalLaw(grid, settings);
        this.device = device;
    }

    /** N, the grid's points. */
    int points() {
        return grid.points();
    }

    /** For {@code count} examples; u is never t_{n+1}. */
    DrawnTimes draw(SeededGenerator generator, int count) {
        double[] uniform = generator.uniforms(2 * count);
        double[] tNext = new double[count];
        double[] t = new double[count];
        double[] u = new double[count];
        for (int i = 0; i < count; i++) {
            int n = law.interval(uniform[2 * i]);
            tNext[i] = grid.time(n + 1);
            t[i] = grid.time(n);
            u[i] = grid.time(law.target(uniform[2 * i + 1], n));
        }
        return new DrawnTimes(device.floats(tNext), device.floats(t), device.floats(u));
    }
}
