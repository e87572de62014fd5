package org.bcm4j.metrics.statistics;

/**
 * The 95 % confidence bounds of a figure, over the draw of the images.
 *
 * @param low the lower bound
 * @param high the upper bound
 */
public record Bounds(double low, double high) {}
