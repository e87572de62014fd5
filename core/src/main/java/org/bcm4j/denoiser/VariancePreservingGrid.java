package org.bcm4j.denoiser;

import static org.bcm4j.model.NoiseScales.SIGMA_MAX;
import static org.bcm4j.model.NoiseScales.SIGMA_MIN;

import java.util.Arrays;

/**
 * The noise scales of a diffusion model with linearly rising β, at equal steps of its time τ: every k-th step of DDIM's
 * original process. Scaled to images of constant size, that process has
 *
 * <pre>
 * σ(τ) = √(exp(½·β_d·τ² + β_min·τ) − 1),  β_d = 19.9, β_min = 0.1
 * </pre>
 *
 * <p>(EDM's Table 1, column "VP"). The steps lie between the times of σ_min and T, the range on which models here are
 * trained. The process itself ends at τ = 1, σ = 152.
 */
final class VariancePreservingGrid {
    private static final double BETA_RANGE = 19.9;
    private static final double BETA_MIN = 0.1;

    private VariancePreservingGrid() {}

    /** Noise scales from σ_min to T, both included, in ascending order; at least 2. */
    static double[] ascendingTimes(int points) {
        double first = time(SIGMA_MIN);
        double last = time(SIGMA_MAX);
        double[] sigmas = new double[points];
        Arrays.setAll(sigmas, i -> sigma(first + (double) i / (points - 1) * (last - first)));
        return sigmas;
    }

    private static double sigma(double time) {
        return Math.sqrt(Math.expm1(BETA_RANGE / 2 * time * time + BETA_MIN * time));
    }

    /** The inverse of {@link #sigma}. */
    private static double time(double sigma) {
        double exponent = Math.log1p(sigma * sigma);
        // The usual form (√(β_min² + …) − β_min)/β_d cancels at small σ.
        return 2 * exponent / (BETA_MIN + Math.sqrt(BETA_MIN * BETA_MIN + 2 * BETA_RANGE * exponent));
    }
}
