/**
 * The protocol of {@code bcm eval-edits}, and its report: inpainting and restoration of images that were damaged for the
 * test, and interpolation.
 */
package org.bcm4j.metrics.edits;
