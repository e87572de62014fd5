/**
 * Figures of a model's quality. Each package in it has one subject; {@code evaluation} and {@code edits} join
 * them to protocols. Here are the names of the metrics, and
 * how every measurement goes through its images.
 */
package org.bcm4j.metrics;
