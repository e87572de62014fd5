/**
 * What pixels tell without a network: the error and the structural similarity of reconstructions, and the power of images
 * or noises at the highest frequency.
 */
package org.bcm4j.metrics.pixels;
