package org.bcm4j.reproduction;

import java.util.function.ToDoubleFunction;
import org.bcm4j.metrics.noise.NoiseFigures;

/**
 * How found noise differs from drawn noise. BCM's is compared with the ODE's, which serves as the yardstick if it is
 * near drawn noise itself. The tolerances say how near. Those of the mean, the deviation and the correlation are a tenth
 * of a standard deviation, which an eye does not see, nor the Kolmogorov-Smirnov test in one image of 28×28 pixels: it
 * finds a mean from 0.12, a deviation from 0.2 off.
 */
enum NoiseDefect {
    /** Of all numbers. */
    MEAN("|mean|", figures -> Math.abs(figures.mean()), 0.05, 0.1),
    /** Of all numbers. */
    DEVIATION("|deviation - 1|", figures -> Math.abs(figures.standardDeviation() - 1), 0.05, 0.1),
    /** By the Kolmogorov-Smirnov test, which rejects 0.05 of drawn noises. */
    REJECTED("share that the KS test rejects", NoiseFigures::rejected, NoiseFigures.LEVEL, 0.25),
    /** Of neighbours. */
    AUTOCORRELATION("largest autocorrelation", NoiseFigures::largestAutocorrelation, 0, 0.1),
    /** Even the true trajectory keeps about 0.18, because it maps the picture's structure (docs/method.md §8). */
    DETERMINATION("R2 from the patch", NoiseFigures::patchDetermination, 0, 0.3);

    private final String title;

    @SuppressWarnings("ImmutableEnumChecker") // a lambda without captures
    private final ToDoubleFunction<NoiseFigures> figure;

    private final double negligible;
    private final double tolerance;

    NoiseDefect(String title, ToDoubleFunction<NoiseFigures> figure, double negligible, double tolerance) {
        this.title = title;
        this.figure = figure;
        this.negligible = negligible;
        this.tolerance = tolerance;
    }

    /** Its name in reports. */
    String title() {
        return title;
    }

    /** The size of the defect in some noises; 0 if there is none. */
    double of(NoiseFigures figures) {
        return figure.applyAsDouble(figures);
    }

    /**
     * The same for the yardstick. A mean, a deviation or a share of rejected noises that is nearly right by chance is no
     * stricter a yardstick.
     */
    double ofYardstick(NoiseFigures figures) {
        return Math.max(negligible, of(figures));
    }

    /** How much larger the yardstick's defect may be than that of drawn noise. */
    double tolerance() {
        return tolerance;
    }
}
