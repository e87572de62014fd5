package org.bcm4j.studio.web;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;

/** Takes the body of a request as it arrives. No thread waits for it, and only what has arrived takes memory. */
final class Intake implements Runnable {
    private final Request request;
    private final BodyMemory memory;
    private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private boolean closed;

    Intake(Request request, BodyMemory memory) {
        this.request = request;
        this.memory = memory;
    }

    /** Begins. The body fails by a {@link Refused}. */
    CompletableFuture<byte[]> begin() {
        memory.begins(this);
        run();
        return body;
    }

    /** Takes what is there, and goes on when there is more. */
    @Override
    public void run() {
        if (becomesWhole()) {
            body.complete(arrived.toByteArray());
        }
    }

    /** Under the lock, so that nobody answers the request while it is read. */
    private synchronized boolean becomesWhole() {
        while (!closed) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return false;
            }
            if (Content.Chunk.isFailure(chunk)) {
                break;
            }
            byte[] bytes = BufferUtil.toArray(chunk.getByteBuffer());
            chunk.release();
            if (!memory.take(this, bytes.length)) {
                return false;
            }
            arrived.writeBytes(bytes);
            if (chunk.isLast()) {
                memory.ends(this);
                return true;
            }
        }
        refuse(new Refused(400, "the body ended before its end"));
        return false;
    }

    /** Makes room for others. */
    synchronized void giveUp() {
        refuse(new Refused(429, "too many large requests at one time, and this one came too slowly; ask again later"));
    }

    private void refuse(Refused reason) {
        close();
        body.completeExceptionally(reason);
    }

    /** Gives the memory of the body back, once. */
    synchronized void close() {
        closed = true;
        memory.ends(this);
        memory.giveBack(arrived.size());
        arrived.reset();
    }
}
