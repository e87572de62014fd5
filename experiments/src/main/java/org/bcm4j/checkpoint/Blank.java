package org.bcm4j.checkpoint;

/** Values that a checkpoint may hold and its reader passes over. */
enum Blank {
    /** Python's None. */
    NONE,
    /** Bytes, complex numbers: what is neither a tensor nor a {@link Checkpoint#scalars scalar}. */
    OPAQUE
}
