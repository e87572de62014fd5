/**
 * The small classifier whose activations stand for what is in an image: metrics measure samples by them, and a discriminator of training may
 * look at images through them.
 */
package org.bcm4j.features;
