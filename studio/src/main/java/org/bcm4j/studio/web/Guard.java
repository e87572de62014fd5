package org.bcm4j.studio.web;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What every request passes first. A page of another site can send requests to this machine; those name another origin,
 * or, after DNS rebinding, another host, and are refused. There are no cookies, so nothing is sent on a user's behalf.
 */
final class Guard {
    static final String REQUEST_ID = "X-Request-Id";

    private static final Pattern SAFE_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String BEARER = "Bearer ";
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"
            + " blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Optional<String> token;

    Guard(Optional<String> token) {
        this.token = token;
    }

    /** Sets the headers of the answer, and the request's id. */
    void prepare(Context context) {
        String given = context.header(REQUEST_ID);
        String id = given != null && SAFE_ID.matcher(given).matches()
                ? given
                : UUID.randomUUID().toString();
        context.attribute(REQUEST_ID, id);
        context.header(REQUEST_ID, id);
        context.header("Content-Security-Policy", POLICY);
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Referrer-Policy", "no-referrer");
        context.header("Cross-Origin-Opener-Policy", "same-origin");
        context.header("Cross-Origin-Resource-Policy", "same-origin");
        context.header("Cache-Control", "no-store");
    }

    /** Why a request is refused, with its status; nothing if it is not. */
    Optional<Refusal> refusal(Context context) {
        String host = context.header("Host");
        if (host == null || host.isBlank()) {
            return Optional.of(new Refusal(400, "the header Host is missing"));
        }
        if (token.isEmpty() && !LOCAL.contains(name(host))) {
            return Optional.of(new Refusal(403, "this server answers to localhost only, not to " + clean(name(host))));
        }
        String origin = context.header("Origin");
        if (origin != null && !isOwn(origin, host)) {
            return Optional.of(new Refusal(403, "a page of another origin may not use this server"));
        }
        boolean needsToken = token.isPresent()
                && (context.path().startsWith("/api/") || context.path().equals("/metrics"));
        if (needsToken && !hasToken(context)) {
            return Optional.of(new Refusal(401, "send the server's token as Authorization: Bearer TOKEN"));
        }
        return Optional.empty();
    }

    /** The scheme may differ: behind a proxy with TLS, the browser says https, and the proxy asks by http. */
    private static boolean isOwn(String origin, String host) {
        return origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host);
    }

    /**
     * A refused request.
     *
     * @param detail one line
     */
    record Refusal(int status, String detail) {}

    /** The host without its port. */
    private static String name(String host) {
        int colon = host.lastIndexOf(':');
        boolean hasPort = colon > host.lastIndexOf(']');
        return (hasPort ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT);
    }

    private static String clean(String text) {
        return text.replaceAll("[^A-Za-z0-9.:\\[\\]-]", "?");
    }

    /** Takes as long for a wrong token as for a right one. */
    private boolean hasToken(Context context) {
        String header = context.header("Authorization");
        if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return false;
        }
        byte[] given = header.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(given, token.orElseThrow().getBytes(StandardCharsets.UTF_8));
    }
}
