package org.bcm4j.studio;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import org.bcm4j.storage.UserException;

/**
 * How a studio serves.
 *
 * @param host the name or address to listen at
 * @param port 0 for any that is free
 * @param token what clients must send as {@code Authorization: Bearer}; needed unless only this machine can connect
 * @param waitingImages how many images may wait for their evaluation
 * @param patience how long a request may take
 * @param clientTime how long a client may take to ask, to send a body, and to take an answer
 */
public record StudioSettings(
        String host, int port, Optional<String> token, int waitingImages, Duration patience, Duration clientTime) {
    /** The largest body of a request, in bytes: two pictures in base64. */
    static final int MOST_BODY = 16 << 20;

    /** The largest picture, in pixels: those of a phone. */
    static final long MOST_PIXELS = 64_000_000;

    private static final int LEAST_TOKEN = 16;
    private static final int LAST_PORT = 0xFFFF;

    /** @throws UserException if a value is out of its range, or others can connect and there is no token */
    public StudioSettings {
        if (port < 0 || port > LAST_PORT) {
            throw new UserException("--port " + port + ": a port lies in [0," + LAST_PORT + "]");
        }
        if (waitingImages < 1 || patience.toMillis() < 1 || clientTime.toMillis() < 1) {
            throw new UserException("the queue and the times must be positive");
        }
        if (token.filter(text -> text.length() < LEAST_TOKEN).isPresent()) {
            throw new UserException("the token is shorter than " + LEAST_TOKEN + " characters; take a longer one, such"
                    + " as that of `openssl rand -hex 16`");
        }
        if (token.isEmpty() && !isLoopback(host)) {
            throw new UserException("--host " + host + ": other machines can connect there, so a token is needed; set"
                    + " BCM_STUDIO_TOKEN, or leave --host out");
        }
    }

    /** On this machine alone, without a token. */
    public static StudioSettings local(int port) {
        return usual("localhost", port, Optional.empty());
    }

    /** A thousand images may wait, a request may take a minute, and a client half of one for each thing it does. */
    public static StudioSettings usual(String host, int port, Optional<String> token) {
        return new StudioSettings(host, port, token, 1024, Duration.ofSeconds(60), Duration.ofSeconds(30));
    }

    static boolean isLoopback(String host) {
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!address.isLoopbackAddress()) {
                    return false;
                }
            }
            return true;
        } catch (UnknownHostException e) {
            throw new UserException("--host " + host + ": there is no such host", e);
        }
    }
}
