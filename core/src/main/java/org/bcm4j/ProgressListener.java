package org.bcm4j;

/** Receives the progress of a request. */
@FunctionalInterface
public interface ProgressListener {
    /**
     * Called before each network evaluation, by the thread that runs the request.
     *
     * @param done evaluations done, counted per image: two images in three evaluations each count as six
     * @param total evaluations of the whole request, counted in the same way
     */
    void at(long done, long total);
}
