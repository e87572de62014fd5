package org.bcm4j.metrics;

import org.ejml.data.DMatrixRMaj;

/**
 * A normal law.
 *
 * @param mean [D,1]
 * @param covariance symmetric [D,D], possibly singular
 */
record Gaussian(DMatrixRMaj mean, DMatrixRMaj covariance) {}
