/**
 * Processes that work together: {@link org.bcm4j.ranks.RankVariables} finds a process's place among those that torchrun,
 * SLURM or Kubernetes started, {@link org.bcm4j.ranks.LocalRanks} starts them on this machine, and
 * {@link org.bcm4j.ranks.SharedWork} deals out the parts of their work.
 */
package org.bcm4j.ranks;
