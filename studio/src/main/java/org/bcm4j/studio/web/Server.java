package org.bcm4j.studio.web;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bcm4j.storage.UserException;
import org.bcm4j.studio.api.Api;
import org.bcm4j.studio.api.SampleStream;
import org.bcm4j.studio.work.Deadline;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.ee10.servlet.ServletContextResponse;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** An HTTP server over an {@link Api} and the files of a page. */
public final class Server implements AutoCloseable {
    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";
    private static final String EVENTS = "text/event-stream";
    private static final String STARTED = "started";
    private static final String TASK = "task";
    private static final String INTAKE = "intake";
    private static final String DEADLINE = "deadline";

    private static final int THREADS = 32;
    private static final int STREAMS = 32;
    private static final int HEADER_BYTES = 8192;
    private static final Duration FAREWELL = Duration.ofSeconds(30);

    /** The bytes of all bodies that are in memory at one time. */
    private static final int ALL_BODIES = 256 << 20;

    private final Api api;
    private final Guard guard;
    private final Metrics metrics;
    private final Assets assets;
    private final int mostBody;
    /** The requests that are being answered, by their ids. */
    private final Map<String, Deadline> running = new ConcurrentHashMap<>();

    /** A party for each request whose answer is not sent yet, and one for the server. */
    private final Phaser unanswered = new Phaser(1);

    private final Semaphore bodies = new Semaphore(ALL_BODIES);
    private final Semaphore streams = new Semaphore(STREAMS);
    private final Javalin javalin;
    private volatile boolean stopping;

    /** The files of the page. */
    private static final List<String> PAGE = List.of(
            "index.html",
            "icon.svg",
            "studio.css",
            "studio.js",
            "client.js",
            "source.js",
            "generate.js",
            "invert.js",
            "interpolate.js",
            "painting.js",
            "edit.js",
            "trajectory.js",
            "runs.js");

    /**
     * Starts to serve.
     *
     * @param metrics of the queue too
     * @param mostBody the largest body of a request, in bytes
     * @param clientTime how long a client may take to ask, to send a body, and to take an answer
     * @throws UserException if the port is taken
     */
    public Server(
            Api api,
            Metrics metrics,
            String host,
            int port,
            Optional<String> token,
            int mostBody,
            Duration clientTime) {
        this.api = api;
        this.guard = new Guard(token);
        this.metrics = metrics;
        this.mostBody = mostBody;
        this.assets = new Assets(PAGE);
        try {
            javalin = Javalin.create(config -> {
                        configure(config);
                        config.jetty.addConnector((server, http) -> {
                            ClientConnector connector = new ClientConnector(server, http, clientTime);
                            connector.setHost(host);
                            connector.setPort(port);
                            listen(connector);
                            metrics.connections(connector.getConnectedEndPoints()::size);
                            return connector;
                        });
                    })
                    .start();
        } catch (UncheckedIOException e) {
            throw new UserException(
                    "--port " + port + ": the studio cannot listen at " + host + ":" + port + " (" + reason(e)
                            + "); choose another port",
                    e);
        }
    }

    /** Before Javalin does, which would log that it failed. */
    private static void listen(ClientConnector connector) {
        try {
            connector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.http.maxRequestSize = mostBody;
        config.http.prefer405over404 = true;
        config.http.generateEtags = false;
        config.jetty.threadPool = new QueuedThreadPool(THREADS);
        config.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setSendDateHeader(false);
            http.setRequestHeaderSize(HEADER_BYTES);
        });
        config.jetty.modifyServer(server -> server.setErrorHandler(this::malformed));
        config.routes.before(this::begin);
        config.routes.get("/api/v1/models", context -> json(context, api.models()));
        config.routes.get("/api/v1/models/{model}", context -> json(context, api.model(context.pathParam("model"))));
        config.routes.get(
                "/api/v1/models/{model}/coverage", context -> json(context, api.coverage(context.pathParam("model"))));
        config.routes.get("/api/v1/openapi.json", context -> json(context, api.description()));
        config.routes.post("/api/v1/models/{model}/{task}", this::task);
        config.routes.delete("/api/v1/requests/{id}", this::cancel);
        config.routes.get("/api/v1/runs", context -> json(context, api.runs()));
        config.routes.get("/api/v1/runs/{run}", context -> {
            Optional<String> after = Optional.ofNullable(context.queryParam("after"));
            json(context, api.run(context.pathParam("run"), after));
        });
        config.routes.get(
                "/api/v1/runs/{run}/samples/{step}",
                context -> send(context, "image/png", api.sheet(context.pathParam("run"), context.pathParam("step"))));
        config.routes.post("/api/v1/runs/{run}/stop", context -> json(context, api.stop(context.pathParam("run"))));
        config.routes.post("/api/v1/runs/{run}/resume", context -> json(context, api.resume(context.pathParam("run"))));
        config.routes.post("/api/v1/runs/{run}/noise", context -> {
            String run = context.pathParam("run");
            Deadline deadline = running(context);
            context.future(() -> api.noise(run, deadline).thenAccept(answer -> json(context, answer)));
        });
        config.routes.get("/health/live", context -> json(context, api.health("live")));
        config.routes.get("/health/ready", this::ready);
        config.routes.get(
                "/metrics", context -> send(context, "text/plain; version=0.0.4; charset=utf-8", metrics.text()));
        config.routes.get("/<path>", this::asset);
        config.routes.get("/", this::asset);
        config.routes.exception(
                Refused.class,
                (refused, context) -> problem(context, refused.status(), String.valueOf(refused.getMessage())));
        config.routes.exception(
                HttpResponseException.class,
                (failure, context) -> problem(context, failure.getStatus(), String.valueOf(failure.getMessage())));
        config.routes.exception(
                Exception.class, (failure, context) -> answer(context, api.failure(failure, id(context))));
    }

    /** The answer to what is so wrong that it is no request. */
    private boolean malformed(Request request, Response response, Callback callback) {
        String id = UUID.randomUUID().toString();
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, PROBLEM).put(Guard.REQUEST_ID, id);
        byte[] body = api.failure(response.getStatus(), "this is no request that a server of HTTP takes", id)
                .body();
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }

    private void begin(Context context) {
        context.attribute(STARTED, System.nanoTime());
        unanswered.register();
        client(context).serversTurn(() -> {});
        // Behind the last byte of the answer, or when the client has gone.
        Request.addCompletionListener(request(context), failure -> {
            settle(context);
            client(context).clientsTurn();
            unanswered.arriveAndDeregister();
        });
        guard.prepare(context);
        if (stopping && !context.path().startsWith("/health/")) {
            throw new Refused(503, "the server is stopping; ask another one");
        }
        guard.refusal(context).ifPresent(refusal -> {
            throw new Refused(refusal.status(), refusal.detail());
        });
    }

    private static ServletContextRequest request(Context context) {
        return ServletContextRequest.getServletContextRequest(context.req());
    }

    private static ServletContextResponse response(Context context) {
        return request(context).getServletContextResponse();
    }

    private static ClientEndPoint client(Context context) {
        return (ClientEndPoint)
                request(context).getConnectionMetaData().getConnection().getEndPoint();
    }

    /** Gives back what a request holds, once: before its answer, or when the client has gone. */
    private void settle(Context context) {
        Intake intake = context.attribute(INTAKE);
        if (intake != null) {
            intake.close();
        }
        Deadline deadline = context.attribute(DEADLINE);
        if (deadline != null) {
            running.remove(id(context), deadline);
        }
        String task = context.attribute(TASK);
        Long started = context.attribute(STARTED);
        if (task != null && started != null) {
            context.attribute(TASK, null);
            metrics.answered(task, context.statusCode(), System.nanoTime() - started);
        }
    }

    private void ready(Context context) {
        if (stopping) {
            context.status(503);
        }
        json(context, api.health(stopping ? "stopping" : "ready"));
    }

    private void asset(Context context) {
        Assets.Asset asset =
                assets.at(context.path()).orElseThrow(() -> new Refused(404, "there is nothing at this path"));
        send(context, asset.type(), asset.content());
    }

    private void task(Context context) {
        String task = context.pathParam("task");
        if (api.tasks().contains(task)) {
            context.attribute(TASK, task);
        }
        requireBody(context);
        Intake intake = new Intake(request(context), bodies);
        context.attribute(INTAKE, intake);
        client(context).clientsTurn();
        context.future(() -> intake.begin().thenCompose(body -> answer(context, task, body)));
    }

    private CompletableFuture<Void> answer(Context context, String task, byte[] body) {
        Deadline deadline = running(context);
        String model = context.pathParam("model");
        String accept = context.header("Accept");
        if (task.equals(Api.SAMPLE) && accept != null && accept.contains(EVENTS)) {
            return stream(context, api.stream(model, body, deadline));
        }
        return api.begin(model, task, body, deadline).thenAccept(answer -> json(context, answer));
    }

    /** The deadline of a request, by which others can cancel it. */
    private Deadline running(Context context) {
        Deadline deadline = api.deadline();
        if (running.putIfAbsent(id(context), deadline) != null) {
            throw new Refused(409, "a request with this " + Guard.REQUEST_ID + " is being answered already");
        }
        context.attribute(DEADLINE, deadline);
        client(context).serversTurn(deadline::cancel);
        return deadline;
    }

    private void cancel(Context context) {
        Deadline deadline = running.get(context.pathParam("id"));
        if (deadline == null) {
            throw new Refused(404, "no request with this id is being answered");
        }
        deadline.cancel();
        context.status(204);
    }

    private void requireBody(Context context) {
        String type = context.contentType();
        if (type == null || !type.startsWith(JSON)) {
            throw new Refused(415, "send the body as Content-Type: application/json");
        }
        int length = context.contentLength();
        if (length < 0) {
            throw new Refused(411, "send the body's length");
        }
        if (length > mostBody) {
            throw new Refused(413, "the body has " + length + " bytes, and " + mostBody + " are the most");
        }
    }

    /** Sends images as they are made. The next ones are begun when the client has taken these. */
    private CompletableFuture<Void> stream(Context context, SampleStream images) {
        if (!streams.tryAcquire()) {
            throw new Refused(429, "too many streams at one time; ask again later");
        }
        context.contentType(EVENTS);
        return pieces(context, images)
                .exceptionallyCompose(failure -> event(
                        context, "problem", api.failure(failure, id(context)).body()))
                .exceptionally(gone -> null)
                .whenComplete((sent, never) -> streams.release());
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
    private void send(Context context, String type, byte[] body) {
        settle(context);
        context.contentType(type);
        HttpFields.Mutable headers = response(context).getWrapped().getHeaders();
        if (!request(context).consumeAvailable()) {
            headers.put(HttpHeader.CONNECTION, "close"); // The rest of the body would be taken for a next request.
        }
        // Not by the servlet's response, which would count what is written to its own stream.
        headers.put(HttpHeader.CONTENT_LENGTH, body.length);
        context.future(() -> deliver(context, body).exceptionally(gone -> null));
    }

    private void json(Context context, byte[] body) {
        send(context, JSON, body);
    }

    private static String id(Context context) {
        return String.valueOf(context.<String>attribute(Guard.REQUEST_ID));
    }

    private void problem(Context context, int status, String detail) {
        answer(context, api.failure(status, detail, id(context)));
    }

    private void answer(Context context, Api.Failure failure) {
        if (failure.status() == 429 || failure.status() == 503) {
            context.header("Retry-After", "1");
        }
        if (failure.status() == 401) {
            context.header("WWW-Authenticate", "Bearer");
        }
        context.status(failure.status());
        send(context, PROBLEM, failure.body());
    }

    /** The port at which it listens. */
    public int port() {
        return javalin.port();
    }

    /** Refuses further requests, and ends the server when all that were taken are answered, or after half a minute. */
    @Override
    public void close() {
        stopping = true;
        try {
            unanswered.awaitAdvanceInterruptibly(unanswered.arrive(), FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // What takes longer, or is read so slowly, is given up.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        javalin.stop();
    }
}
