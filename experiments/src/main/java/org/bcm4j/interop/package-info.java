/**
 * What other programs wrote: networks described in the terms of the published BCM code, weights that follow a formula,
 * and {@link org.bcm4j.interop.GoldenCheck}, which compares this library's outputs with recorded ones.
 */
package org.bcm4j.interop;
