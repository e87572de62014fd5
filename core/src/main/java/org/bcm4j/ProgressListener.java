package org.bcm4j;

/** Hears how far a request has come. */
@FunctionalInterface
public interface ProgressListener {
    /**
     * Called before each evaluation of the network, by the thread that runs the request.
     *
     * @param done evaluations done, counted by image: two images in three evaluations each are six
     * @param total evaluations of the whole request, counted likewise
     */
    void at(long done, long total);
}
