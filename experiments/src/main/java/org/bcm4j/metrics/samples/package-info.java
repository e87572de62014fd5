/**
 * How close a set of images is to real ones, by the features of a network: Fréchet distance, kernel distance, precision
 * and recall, Inception Score. Images come through {@code FeatureGathering} (the feature network) or {@code
 * InceptionEvaluation} (the Inception network); the mathematics behind them is private.
 */
package org.bcm4j.metrics.samples;
