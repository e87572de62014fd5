package org.bcm4j.metrics;

import org.bcm4j.features.FeatureNetwork;

/** What can be measured, of a set of samples, or of a model's inversions and interpolations. */
public enum Metric {
    /** Fréchet Inception distance. */
    FID(Kind.INCEPTION),
    /** Inception Score. */
    IS(Kind.INCEPTION),
    /** Kernel Inception distance. */
    KID(Kind.INCEPTION),
    /** Precision and recall. */
    PRDC(Kind.INCEPTION),
    /** Fréchet distance in the features of a {@link FeatureNetwork}, and what that network takes the classes for. */
    FD(Kind.FEATURES),
    /** Mean squared error of reconstructions. */
    MSE(Kind.INVERSION),
    /** Peak signal-to-noise ratio of reconstructions. */
    PSNR(Kind.INVERSION),
    /** Structural similarity of reconstructions. */
    SSIM(Kind.INVERSION),
    /** Whether inversions lead to noise, {@link NoiseQuality} and {@link NoiseRecovery}. */
    NOISE(Kind.INVERSION),
    /** How real images half-way between two are, {@link InterpolationQuality}. */
    MIDPOINTS(Kind.INTERPOLATION);

    private final Kind kind;

    Metric(Kind kind) {
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** What a metric is measured by. */
    public enum Kind {
        /** The Inception network looks at samples. */
        INCEPTION,
        /** A {@link FeatureNetwork} looks at samples. */
        FEATURES,
        /** Images are inverted and generated again. */
        INVERSION,
        /** A {@link FeatureNetwork} looks at images between two that were inverted. */
        INTERPOLATION
    }
}
