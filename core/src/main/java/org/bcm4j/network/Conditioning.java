package org.bcm4j.network;

/** How a network is told the times t and u (docs/method.md §2). */
public enum Conditioning {
    /** Only t: the plain consistency model, whose target is always time 0. */
    TIME,
    /** The features of t and u side by side through two dense layers of doubled width: training from scratch. */
    JOINT,
    /** Two embeddings, one for t and one for u, projected to one: fine-tuning from a consistency model. */
    ALIGNED
}
