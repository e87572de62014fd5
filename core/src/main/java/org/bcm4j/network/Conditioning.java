package org.bcm4j.network;

/** How a network receives the times t and u (docs/method.md §2). */
public enum Conditioning {
    /** Only t: for the plain consistency model, whose target is always time 0. */
    TIME,
    /** The concatenated features of t and u through two dense layers of doubled width: for training from scratch. */
    JOINT,
    /** Two embeddings, one for t and one for u, projected to one: for fine-tuning from a consistency model. */
    ALIGNED
}
