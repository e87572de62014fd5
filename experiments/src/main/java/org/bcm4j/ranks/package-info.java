/**
 * Processes that train together: {@link org.bcm4j.ranks.RankVariables} finds a process's place among those that
 * torchrun, SLURM or Kubernetes started, and {@link org.bcm4j.ranks.LocalRanks} starts them on this machine.
 */
package org.bcm4j.ranks;
