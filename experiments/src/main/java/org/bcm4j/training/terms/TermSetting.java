package org.bcm4j.training.terms;

import org.bcm4j.network.NetworkConfig;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.WeightLayout;

/**
 * What the state of a term depends on.
 *
 * @param network the network under training
 * @param layout of its weights
 * @param seed of the run
 * @param device of the state
 */
public record TermSetting(NetworkConfig network, WeightLayout layout, long seed, Device device) {}
