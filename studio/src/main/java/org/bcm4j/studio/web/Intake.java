package org.bcm4j.studio.web;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;

/** Takes the body of a request as it arrives. No thread waits for it, and only what has arrived takes memory. */
final class Intake implements Runnable {
    private final Request request;
    private final Semaphore memory;
    private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();

    /** @param memory a permit for each byte of all bodies */
    Intake(Request request, Semaphore memory) {
        this.request = request;
        this.memory = memory;
    }

    /** Begins. The body fails by a {@link Refused}. */
    CompletableFuture<byte[]> begin() {
        run();
        return body;
    }

    /** Takes what is there, and goes on when there is more. */
    @Override
    public void run() {
        while (!body.isDone()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            take(chunk);
        }
    }

    private void take(Content.Chunk chunk) {
        if (Content.Chunk.isFailure(chunk)) {
            body.completeExceptionally(new Refused(400, "the body ended before its end"));
            return;
        }
        byte[] bytes = BufferUtil.toArray(chunk.getByteBuffer());
        chunk.release();
        if (!memory.tryAcquire(bytes.length)) {
            body.completeExceptionally(new Refused(429, "too many large requests at one time; ask again later"));
            return;
        }
        arrived.writeBytes(bytes);
        if (chunk.isLast()) {
            body.complete(arrived.toByteArray());
        }
    }

    /** Gives the memory of the body back, once. */
    void close() {
        memory.release(arrived.size());
        arrived.reset();
    }
}
