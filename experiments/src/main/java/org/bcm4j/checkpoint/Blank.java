package org.bcm4j.checkpoint;

/** Values that a checkpoint can hold and its reader ignores. */
enum Blank {
    /** Python's None. */
    NONE,
    /** Bytes, complex numbers: anything that is neither a tensor nor a {@link Checkpoint#scalars scalar}. */
    OPAQUE
}
