package org.bcm4j.studio.web;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The connections of a server. It closes those whose clients are slow or have gone, and, when there are too many, the one
 * whose client has been at turn for the longest time.
 */
final class ClientConnector extends ServerConnector {
    private static final int MOST = 512;
    /** What the operating system keeps for a client that does not take its answer, in bytes. */
    private static final int BUFFER = 128 << 10;

    private static final Duration GLANCE = Duration.ofMillis(200);

    private final Duration clientTime;

    /** @param clientTime how long a client may take for each of its turns */
    ClientConnector(Server server, HttpConfiguration http, Duration clientTime) {
        super(server, new HttpConnectionFactory(http));
        this.clientTime = clientTime;
        setAcceptedSendBufferSize(BUFFER);
        setIdleTimeout(0); // In its place: a client that sends a byte now and then is not idle.
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        glanceLater();
    }

    private void glanceLater() {
        Scheduler.Task unused = getScheduler().schedule(this::glance, GLANCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void glance() {
        try {
            clients()
                    .filter(client -> client.waited().compareTo(clientTime) > 0 || client.isGone())
                    .forEach(ClientEndPoint::drop);
        } finally {
            if (isRunning()) {
                glanceLater();
            }
        }
    }

    /** Those that are open; Jetty forgets the others a moment later. */
    private Stream<ClientEndPoint> clients() {
        return getConnectedEndPoints().stream().map(ClientEndPoint.class::cast).filter(ClientEndPoint::isOpen);
    }

    @Override
    protected ClientEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        return new ClientEndPoint(channel, selector, key, getScheduler(), getExecutor());
    }

    @Override
    protected void onEndPointOpened(EndPoint endPoint) {
        super.onEndPointOpened(endPoint);
        makeRoom();
    }

    /** One connection is closed for each that is opened, so by one thread at a time. */
    private synchronized void makeRoom() {
        if (clients().count() > MOST) {
            clients().max(Comparator.comparing(ClientEndPoint::waited)).ifPresent(ClientEndPoint::drop);
        }
    }
}
