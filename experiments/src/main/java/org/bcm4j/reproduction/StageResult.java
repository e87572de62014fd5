package org.bcm4j.reproduction;

/** What a {@link Stage} has found: a record that is kept as JSON. */
public interface StageResult {
    /** Where it comes from. */
    Provenance provenance();
}
