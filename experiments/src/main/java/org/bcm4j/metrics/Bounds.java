package org.bcm4j.metrics;

/**
 * Between which values a figure lies with 95 % confidence, had other images been drawn.
 *
 * @param low the lower
 * @param high the upper
 */
public record Bounds(double low, double high) {}
