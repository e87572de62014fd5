/**
 * The paper's experiments, repeated on data that fits the machine. {@link org.bcm4j.reproduction.Reproduction} trains
 * the models and measures them in named stages with stored results. {@link org.bcm4j.reproduction.Claim} decides by
 * fixed rules which of the paper's claims the figures support.
 */
package org.bcm4j.reproduction;
