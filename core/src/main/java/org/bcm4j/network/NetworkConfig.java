package org.bcm4j.network;

import org.bcm4j.config.Default;

/** The configuration of a network. In a file, the key {@code kind} selects the architecture; the default is ADM. */
@Default("adm")
public sealed interface NetworkConfig permits AdmConfig, NcsnppConfig {
    /** The largest number of resolutions. */
    int MOST_LEVELS = 16;

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

    /** How the network receives t and u. */
    Conditioning conditioning();

    /** Builds the network. */
    Architecture build();

    /** A short description for users. */
    String summary();
}
