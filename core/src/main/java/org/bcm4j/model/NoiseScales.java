package org.bcm4j.model;

/**
 * The constants of docs/method.md §1. Noise scales are standard deviations; the data have a standard deviation of one
 * half.
 */
public final class NoiseScales {
    /** The noise scale that "time 0" stands for. */
    public static final double SIGMA_MIN = 0.002;
    /** T, where generation starts and inversion ends. */
    public static final double SIGMA_MAX = 80;
    /** Standard deviation of the data, images scaled to [-1,1]. */
    public static final double SIGMA_DATA = 0.5;
    /** Curvature of the time grid. */
    public static final double RHO = 7;

    private NoiseScales() {}
}
