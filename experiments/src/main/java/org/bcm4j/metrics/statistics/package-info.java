/**
 * How sure a figure is: bounds by the bootstrap, and confidence intervals over seeds. Nothing here knows what the figures
 * are of. The jackknife, which only samples need, is in {@code samples}.
 */
package org.bcm4j.metrics.statistics;
