/**
 * Walks along a trajectory: what a bidirectional consistency model does at run time. A {@link org.bcm4j.walk.Walk} is a
 * short list of {@linkplain org.bcm4j.walk.Move moves} with a text form. A {@link org.bcm4j.walk.Walker} moves a batch
 * of points along it. Sampling, inversion, reconstruction and editing are all walks. They differ only in their numbers
 * and in what an {@link org.bcm4j.walk.Editor} does between moves.
 */
package org.bcm4j.walk;
