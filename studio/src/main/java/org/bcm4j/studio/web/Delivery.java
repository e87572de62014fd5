package org.bcm4j.studio.web;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.IteratingCallback;

/** Sends a part of an answer as fast as the client takes it. No thread waits for it. */
final class Delivery extends IteratingCallback {
    /** Java copies what it sends into memory outside of its heap, and keeps that memory. */
    private static final int MOST = 64 << 10;

    private final Response response;
    private final ByteBuffer bytes;
    private final CompletableFuture<Void> taken = new CompletableFuture<>();

    Delivery(Response response, byte[] bytes) {
        this.response = response;
        this.bytes = ByteBuffer.wrap(bytes);
    }

    /** Begins. It fails if the client goes. */
    CompletableFuture<Void> begin() {
        iterate();
        return taken;
    }

    @Override
    protected Action process() {
        if (!bytes.hasRemaining()) {
            return Action.SUCCEEDED;
        }
        ByteBuffer next = bytes.slice(bytes.position(), Math.min(MOST, bytes.remaining()));
        bytes.position(bytes.position() + next.remaining());
        response.write(false, next, this);
        return Action.SCHEDULED;
    }

    @Override
    protected void onCompleteSuccess() {
        taken.complete(null);
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        taken.completeExceptionally(cause);
    }
}
