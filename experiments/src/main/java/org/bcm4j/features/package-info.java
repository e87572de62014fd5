/**
 * The small classifier whose activations represent the content of an image, and its training. Metrics measure samples
 * with it.
 */
package org.bcm4j.features;
