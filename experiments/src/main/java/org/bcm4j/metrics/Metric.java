package org.bcm4j.metrics;

import org.bcm4j.features.FeatureNetwork;

/** A metric of a set of samples, or of a model's inversions and interpolations. */
public enum Metric {
    /** Fréchet Inception distance. */
    FID(Kind.INCEPTION),
    /** Inception Score. */
    IS(Kind.INCEPTION),
    /** Kernel Inception distance. */
    KID(Kind.INCEPTION),
    /** Precision and recall. */
    PRDC(Kind.INCEPTION),
    /** Fréchet distance in the features of a {@link FeatureNetwork}, and the agreement of its predicted classes. */
    FD(Kind.FEATURES),
    /** Mean squared error of reconstructions. */
    MSE(Kind.INVERSION),
    /** Peak signal-to-noise ratio of reconstructions. */
    PSNR(Kind.INVERSION),
    /** Structural similarity of reconstructions. */
    SSIM(Kind.INVERSION),
    /** Whether inversions lead to noise, and recover the noise from which an image was generated. */
    NOISE(Kind.INVERSION),
    /** How real images half-way between two others look. */
    MIDPOINTS(Kind.INTERPOLATION);

    private final Kind kind;

    Metric(Kind kind) {
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** The method of measuring a metric. */
    public enum Kind {
        /** The Inception network evaluates samples. */
        INCEPTION,
        /** A {@link FeatureNetwork} evaluates samples. */
        FEATURES,
        /** Images are inverted and regenerated. */
        INVERSION,
        /** A {@link FeatureNetwork} evaluates images between two inverted ones. */
        INTERPOLATION
    }
}
