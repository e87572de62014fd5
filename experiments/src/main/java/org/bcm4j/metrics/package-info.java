/**
 * Figures of a model's quality: Fréchet distance between features of real and generated images, reconstruction error of
 * inversions, agreement with the requested class, and a search for the best walk.
 */
package org.bcm4j.metrics;
