/**
 * How good a model is, in numbers: Fréchet distance between features of real and generated images, reconstruction error
 * of inversions, agreement with the class asked for, and a search for the walk that does best.
 */
package org.bcm4j.metrics;
