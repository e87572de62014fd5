package org.bcm4j.nn;

/**
 * Features of a noise scale t: sines and cosines of multiples of an argument, which is a factor times ln t. All
 * arithmetic is float32: the argument of ADM's features reaches 1,550, so another precision would change them by 1e-4.
 */
public sealed interface ScaleFeatures permits Sinusoid, FourierFeatures, PositionalFeatures {
    /** The number of features; even. */
    int width();

    /** The factor of ln t. */
    double logFactor();

    /** Maps arguments, float32 [B], to [B,width()]. */
    <V> V ofArgument(Operations<V> op, V argument);

    /** Maps noise scales, float32 [B], positive, to [B,width()]. */
    default <V> V apply(Operations<V> op, V scale) {
        return ofArgument(op, op.multiply(op.log(scale), logFactor()));
    }
}
