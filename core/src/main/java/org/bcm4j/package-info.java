/**
 * The way in: {@link org.bcm4j.BcmModel} makes, inverts and edits images; {@link org.bcm4j.Images} and {@link org.bcm4j.Noise} are what it takes and
 * gives. {@link org.bcm4j.TensorModel} does the same on tensors.
 */
package org.bcm4j;
