package org.bcm4j.reproduction;

/** The result of a {@link Stage}: a record that is stored as JSON. */
public interface StageResult {
    /** The origin of the result. */
    Provenance provenance();
}
