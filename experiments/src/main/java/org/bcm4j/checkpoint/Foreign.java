package org.bcm4j.checkpoint;

/**
 * A name in a pickle that {@link TorchVocabulary} does not know: of somebody's class or function. It is never looked up, so it stands for
 * nothing but itself.
 *
 * @param name of the module and the object
 */
record Foreign(String name) {
    /** For where it would have to be called, or be something else. */
    RefusedException refusal() {
        return RefusedException.unsupported("it asks for " + RefusedException.quoted(name)
                + ", which tensors do not need and which could be code; nothing was run");
    }
}
