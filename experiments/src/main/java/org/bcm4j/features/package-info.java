/**
 * The small classifier whose activations stand for what is in an image: metrics measure samples by them.
 */
package org.bcm4j.features;
