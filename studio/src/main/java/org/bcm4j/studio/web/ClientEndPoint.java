package org.bcm4j.studio.web;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * A connection, and whose turn it is there. A client's turns are to ask, to send the body, and to take the answer. In
 * the server's turn Jetty does not read, so that it would not notice a client that goes; {@link #isGone} looks for it.
 * Thread-safe.
 */
final class ClientEndPoint extends SocketChannelEndPoint {
    /** The first byte of a next request that came in the server's turn; Jetty gets it later. */
    private final ByteBuffer early = BufferUtil.allocate(1);

    private final Executor executor;
    private boolean serversTurn;
    private Runnable onGone = () -> {};
    private long since = System.nanoTime();

    ClientEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler, Executor executor) {
        super(channel, selector, key, scheduler);
        this.executor = executor;
    }

    /** The client's turn begins. */
    synchronized void clientsTurn() {
        serversTurn = false;
        since = System.nanoTime();
    }

    /** The server's turn begins, which is in vain if the client goes. */
    synchronized void serversTurn(Runnable toldThatClientIsGone) {
        serversTurn = true;
        onGone = toldThatClientIsGone;
    }

    /** The server's turn goes on after the client has taken a part of the answer. */
    synchronized void resumeServersTurn() {
        serversTurn = true;
    }

    /** How long the client has been at turn; nothing in the server's turn. */
    synchronized Duration waited() {
        return serversTurn ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since);
    }

    /** Whether the client has closed the connection in the server's turn. */
    synchronized boolean isGone() {
        if (!serversTurn || early.hasRemaining()) {
            return false;
        }
        int place = BufferUtil.flipToFill(early);
        try {
            return getChannel().read(early) < 0;
        } catch (IOException e) {
            return true;
        } finally {
            BufferUtil.flipToFlush(early, place);
        }
    }

    /** Closes the connection, and gives up what the server does for it. */
    void drop() {
        Runnable told;
        synchronized (this) {
            told = onGone;
        }
        told.run();
        close();
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        synchronized (this) {
            if (early.hasRemaining()) {
                return BufferUtil.append(buffer, early);
            }
        }
        return super.fill(buffer);
    }

    @Override
    public void fillInterested(Callback callback) {
        super.fillInterested(callback);
        announceEarly();
    }

    @Override
    public boolean tryFillInterested(Callback callback) {
        boolean registered = super.tryFillInterested(callback);
        announceEarly();
        return registered;
    }

    /** The selector does not know of a byte that was read already. */
    private synchronized void announceEarly() {
        if (early.hasRemaining()) {
            executor.execute(getFillInterest()::fillable);
        }
    }
}
