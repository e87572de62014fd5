package org.bcm4j.studio.web;

import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.bcm4j.studio.api.Api;
import org.bcm4j.studio.api.SampleStream;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.ee10.servlet.ServletContextResponse;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** How the answers to requests are sent: whole, as events, or as problems. No thread waits for a client. */
final class Answers {
    static final String JSON = "application/json";
    static final String EVENTS = "text/event-stream";
    private static final String PROBLEM = "application/problem+json";
    private static final int STREAMS = 32;

    private final Api api;
    private final Consumer<Context> beforeAnswer;
    private final Semaphore streams = new Semaphore(STREAMS);

    /** @param beforeAnswer gives back what a request holds */
    Answers(Api api, Consumer<Context> beforeAnswer) {
        this.api = api;
        this.beforeAnswer = beforeAnswer;
    }

    /** The answer to what is so wrong that it is no request. */
    boolean malformed(Request request, Response response, Callback callback) {
        String id = UUID.randomUUID().toString();
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, PROBLEM).put(Guard.REQUEST_ID, id);
        byte[] body = api.failure(response.getStatus(), "this is no request that a server of HTTP takes", id)
                .body();
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }

    /**
     * Sends images as they are made. The next ones are begun when the client has taken these.
     *
     * @throws RuntimeException if the first ones are refused, so that the answer has the status of the refusal
     */
    CompletableFuture<Void> stream(Context context, SampleStream images) {
        if (!streams.tryAcquire()) {
            throw new Refused(429, "too many streams at one time; ask again later");
        }
        context.contentType(EVENTS);
        CompletableFuture<Void> sent;
        try {
            sent = pieces(context, images);
        } catch (Throwable refusal) { // Whatever it is, the stream has ended.
            streams.release();
            throw refusal;
        }
        return sent.exceptionallyCompose(failure -> event(
                        context, "problem", api.failure(failure, id(context)).body()))
                .exceptionally(gone -> null)
                .whenComplete((all, never) -> streams.release());
    }

    private CompletableFuture<Void> pieces(Context context, SampleStream images) {
        if (!images.hasNext()) {
            return event(context, "done", "{}".getBytes(StandardCharsets.UTF_8));
        }
        return images.next()
                .thenCompose(piece -> event(context, "images", piece))
                .thenCompose(taken -> pieces(context, images));
    }

    private static CompletableFuture<Void> event(Context context, String name, byte[] data) {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        event.writeBytes(("event: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8));
        event.writeBytes(data);
        event.writeBytes("\n\n".getBytes(StandardCharsets.UTF_8));
        return deliver(context, event.toByteArray());
    }

    private static CompletableFuture<Void> deliver(Context context, byte[] bytes) {
        ClientEndPoint client = client(context);
        client.clientsTurn();
        return new Delivery(response(context), bytes).begin().thenRun(client::resumeServersTurn);
    }

    /** Sends the answer to a request. If the client has gone meanwhile, nobody misses it. */
    void send(Context context, String type, byte[] body) {
        beforeAnswer.accept(context);
        context.contentType(type);
        HttpFields.Mutable headers = response(context).getWrapped().getHeaders();
        if (!request(context).consumeAvailable()) {
            headers.put(HttpHeader.CONNECTION, "close"); // The rest of the body would be taken for a next request.
        }
        // Not by the servlet's response, which would count what is written to its own stream.
        headers.put(HttpHeader.CONTENT_LENGTH, body.length);
        context.future(() -> deliver(context, body).exceptionally(gone -> null));
    }

    void json(Context context, byte[] body) {
        send(context, JSON, body);
    }

    static String id(Context context) {
        return String.valueOf(context.<String>attribute(Guard.REQUEST_ID));
    }

    void problem(Context context, int status, String detail) {
        failure(context, api.failure(status, detail, id(context)));
    }

    void failure(Context context, Api.Failure failure) {
        if (failure.status() == 429 || failure.status() == 503) {
            context.header("Retry-After", "1");
        }
        if (failure.status() == 401) {
            context.header("WWW-Authenticate", "Bearer");
        }
        context.status(failure.status());
        send(context, PROBLEM, failure.body());
    }

    static ServletContextRequest request(Context context) {
        return ServletContextRequest.getServletContextRequest(context.req());
    }

    private static ServletContextResponse response(Context context) {
        return request(context).getServletContextResponse();
    }

    static ClientEndPoint client(Context context) {
        return (ClientEndPoint)
                request(context).getConnectionMetaData().getConnection().getEndPoint();
    }
}
