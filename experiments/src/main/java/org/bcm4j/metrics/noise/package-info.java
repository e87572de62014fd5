/**
 * Whether the noise to which images are inverted is noise: its distribution, its independence of the image and of the
 * class, and whether inversion recovers the noise from which an image was generated.
 */
package org.bcm4j.metrics.noise;
