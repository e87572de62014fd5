package org.bcm4j.network;

import org.bcm4j.config.Default;

/** The shape of a network; in a configuration, {@code kind} says which, and ADM is meant where it is absent. */
@Default("adm")
public sealed interface NetworkConfig permits AdmConfig, NcsnppConfig {
    /** Height and width of the images. */
    int imageSize();

    /** 1 for grey, 3 for colour. */
    int imageChannels();

    /** Number of classes, 0 for a network without labels. */
    int classes();

    /** Whether there is one more class, index {@link #classes()}, that means "no label". */
    boolean nullClass();

    /** Probability of dropping an activation in training, in [0,1). */
    double dropout();

    /** How the network is told t and u. */
    Conditioning conditioning();

    /** The network itself. */
    Network build();

    /** What it is, in a few words for people. */
    String summary();
}
