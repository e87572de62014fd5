/**
 * Figures of a model's quality. Each room below this package has one subject; {@code evaluation} and {@code edits} join
 * them to protocols. Here are the names of the metrics, and the listener of every measurement.
 */
package org.bcm4j.metrics;
