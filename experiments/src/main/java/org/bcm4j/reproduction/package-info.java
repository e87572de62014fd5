/**
 * The paper's experiments, made again on data that fits the machine: {@link org.bcm4j.reproduction.Reproduction} trains what they compare,
 * measures in named stages whose results are kept, and {@link org.bcm4j.reproduction.Claim} says by rule which of the paper's claims the
 * numbers bear out.
 */
package org.bcm4j.reproduction;
