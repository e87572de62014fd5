/**
 * The Inception network that defines the FID and the Inception Score, as pytorch-fid computes it. The user supplies its
 * weights.
 */
package org.bcm4j.metrics.inception;
