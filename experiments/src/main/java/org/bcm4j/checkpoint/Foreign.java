package org.bcm4j.checkpoint;

/**
 * A name in a pickle that {@link TorchVocabulary} does not know, of a class or function. It is never looked up, so it
 * only stands for itself.
 *
 * @param name the names of the module and the object
 */
record Foreign(String name) {
    /** The refusal if it would have to be called, or to be something else. */
    RefusedException refusal() {
        return RefusedException.unsupported("it asks for " + RefusedException.quoted(name)
                + ", which tensors do not need and which could be code; nothing was run");
    }
}
