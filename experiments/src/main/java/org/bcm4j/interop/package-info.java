/**
 * Data of other programs: networks described by the published BCM code's arguments, weights that follow a formula, and
 * {@link org.bcm4j.interop.GoldenCheck}, which compares this library's outputs with recorded ones.
 */
package org.bcm4j.interop;
