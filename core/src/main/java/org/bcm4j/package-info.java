/**
 * The library's entry point. {@link org.bcm4j.BcmModel} generates, inverts and edits images. It takes and returns
 * {@link org.bcm4j.Images} and {@link org.bcm4j.Noise}. {@link org.bcm4j.TensorModel} does the same on tensors.
 */
package org.bcm4j;
