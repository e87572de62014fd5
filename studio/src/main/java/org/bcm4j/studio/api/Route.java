package org.bcm4j.studio.api;

import java.util.concurrent.CompletableFuture;
import org.bcm4j.studio.work.Deadline;

/**
 * One task of a model: {@code POST /api/v1/models/{model}/NAME}.
 *
 * @param name in the path
 * @param summary one sentence
 * @param request the type of the body
 * @param response the type of the answer
 * @param work begins the task
 */
record Route<Q extends Record, A extends Record>(
        String name, String summary, Class<Q> request, Class<A> response, Work<Q, A> work) {
    /** Begins a task; throws a {@link ProblemException} if the request makes no sense. */
    @FunctionalInterface
    interface Work<Q, A> {
        CompletableFuture<A> begin(ShelvedModel model, Q request, Deadline deadline);
    }
}
