/** The small classifier whose activations represent the content of an image. Metrics measure samples with it. */
package org.bcm4j.features;
