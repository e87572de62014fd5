package org.bcm4j.walk;

import java.math.BigDecimal;
import java.math.MathContext;
import org.bcm4j.model.NoiseScales;

/**
 * The rules for noise scales, which are also the times of a trajectory. They are standard deviations from 0 to
 * {@link #LARGEST}. Time 0 is a name for {@link #SMALLEST}, where the data lie. Every scale up to it means the same
 * time and is stored as 0.
 */
public final class NoiseScale {
    /** σ_min, the time at which a trajectory ends in an image. */
    static final double SMALLEST = NoiseScales.SIGMA_MIN;

    /** T = σ_max, the time at which a point is almost pure noise. */
    static final double LARGEST = NoiseScales.SIGMA_MAX;

    private static final MathContext READABLE = new MathContext(3);

    private NoiseScale() {}

    /**
     * The canonical form of {@code scale}: 0 if it does not exceed {@link #SMALLEST}, otherwise itself.
     *
     * @throws IllegalArgumentException if the scale is negative, above {@link #LARGEST} or not a number
     */
    static double canonical(double scale) {
        if (!(scale >= 0)) {
            throw new IllegalArgumentException("noise scale " + scale + " is not a number from 0 to " + text(LARGEST));
        }
        if (scale > LARGEST) {
            throw new IllegalArgumentException(
                    "noise scale " + text(scale) + " is above the largest, " + text(LARGEST));
        }
        return scale <= SMALLEST ? 0 : scale;
    }

    /** The time that the network receives for {@code scale}: at least {@link #SMALLEST}. */
    static double time(double scale) {
        return Math.max(scale, SMALLEST);
    }

    /** {@code scale} rounded to three significant digits. */
    static double readable(double scale) {
        return new BigDecimal(scale).round(READABLE).doubleValue();
    }

    /** The shortest decimal that parses to the same number, without a trailing ".0". */
    public static String text(double scale) {
        String text = Double.toString(scale);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
