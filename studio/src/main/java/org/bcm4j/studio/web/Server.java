package org.bcm4j.studio.web;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.router.EndpointNotFound;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bcm4j.storage.UserException;
import org.bcm4j.studio.api.Api;
import org.bcm4j.studio.work.Deadline;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** An HTTP server over an {@link Api} and the files of a page. */
public final class Server implements AutoCloseable {
    private static final String STARTED = "started";
    private static final String TASK = "task";
    private static final String INTAKE = "intake";
    private static final String DEADLINE = "deadline";

    /** The parameter of paths. */
    private static final String RUN = "run";

    private static final int THREADS = 32;
    private static final int HEADER_BYTES = 8192;
    private static final Duration FAREWELL = Duration.ofSeconds(30);

    /** So many of the largest bodies are in memory at one time. */
    private static final int BODIES = 16;

    private final Api api;
    private final Guard guard;
    private final Metrics metrics;
    private final Answers answers;
    private final int mostBody;
    /** The requests that are being answered, by their ids. */
    private final Map<String, Deadline> running = new ConcurrentHashMap<>();

    /** A party for each request whose answer is not sent yet, and one for the server. */
    private final Phaser unanswered = new Phaser(1);

    private final BodyMemory bodies;
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
        this.bodies = new BodyMemory(BODIES * mostBody);
        this.answers = new Answers(api, this::settle);
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
        config.jetty.modifyServer(server -> server.setErrorHandler(answers::malformed));
        config.routes.before(this::begin);
        Map<String, Handler> handlers = handlers();
        api.endpoints()
                .forEach(endpoint -> config.routes.addHttpHandler(
                        HandlerType.findOrCreate(endpoint.method()),
                        endpoint.path(),
                        Objects.requireNonNull(handlers.get(endpoint.id()), endpoint.id())));
        // A task that there is not: the answer says which there are.
        config.routes.post("/api/v1/models/{model}/{task}", context -> task(context, context.pathParam("task")));
        new Assets(PAGE)
                .byPath()
                .forEach((path, asset) ->
                        config.routes.get(path, context -> answers.send(context, asset.type(), asset.content())));
        config.routes.exception(
                Refused.class,
                (refused, context) -> answers.problem(context, refused.status(), String.valueOf(refused.getMessage())));
        config.routes.exception(
                EndpointNotFound.class,
                (failure, context) -> answers.problem(context, failure.getStatus(), "there is nothing at this path"));
        config.routes.exception(
                MethodNotAllowedResponse.class,
                (failure, context) -> answers.problem(
                        context,
                        failure.getStatus(),
                        "this is not asked by " + context.method() + "; /api/v1/openapi.json says how"));
        config.routes.exception(
                HttpResponseException.class,
                (failure, context) ->
                        answers.problem(context, failure.getStatus(), String.valueOf(failure.getMessage())));
        config.routes.exception(
                Exception.class,
                (failure, context) -> answers.failure(context, api.failure(failure, Answers.id(context))));
    }

    /** What answers each endpoint of the API, by its id. */
    private Map<String, Handler> handlers() {
        Map<String, Handler> handlers = new HashMap<>();
        api.tasks().forEach(task -> handlers.put(task, context -> task(context, task)));
        handlers.put("models", context -> answers.json(context, api.models()));
        handlers.put("model", context -> answers.json(context, api.model(context.pathParam("model"))));
        handlers.put("coverage", context -> answers.json(context, api.coverage(context.pathParam("model"))));
        handlers.put("openapi", context -> answers.json(context, api.description()));
        handlers.put("cancel", this::cancel);
        handlers.put("runs", context -> answers.json(context, api.runs()));
        handlers.put("run", context -> {
            Optional<String> after = Optional.ofNullable(context.queryParam("after"));
            answers.json(context, api.run(context.pathParam(RUN), after));
        });
        handlers.put(
                "sheet",
                context -> answers.send(
                        context, "image/png", api.sheet(context.pathParam(RUN), context.pathParam("step"))));
        handlers.put("stop", context -> answers.json(context, api.stop(context.pathParam(RUN))));
        handlers.put("resume", context -> answers.json(context, api.resume(context.pathParam(RUN))));
        handlers.put("noise", context -> {
            String run = context.pathParam(RUN);
            Deadline deadline = running(context);
            context.future(() -> api.noise(run, deadline).thenAccept(answer -> answers.json(context, answer)));
        });
        handlers.put("live", context -> answers.json(context, api.health("live")));
        handlers.put("ready", this::ready);
        handlers.put(
                "metrics",
                context -> answers.send(context, "text/plain; version=0.0.4; charset=utf-8", metrics.text()));
        return handlers;
    }

    private void begin(Context context) {
        context.attribute(STARTED, System.nanoTime());
        unanswered.register();
        Answers.client(context).serversTurn(() -> {});
        // Behind the last byte of the answer, or when the client has gone.
        Request.addCompletionListener(Answers.request(context), failure -> {
            settle(context);
            Answers.client(context).clientsTurn();
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

    /** Gives back what a request holds, once: before its answer, or when the client has gone. */
    private void settle(Context context) {
        Intake intake = context.attribute(INTAKE);
        if (intake != null) {
            intake.close();
        }
        Deadline deadline = context.attribute(DEADLINE);
        if (deadline != null) {
            running.remove(Answers.id(context), deadline);
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
        answers.json(context, api.health(stopping ? "stopping" : "ready"));
    }

    private void task(Context context, String task) {
        if (api.tasks().contains(task)) {
            context.attribute(TASK, task);
        }
        requireBody(context);
        Intake intake = new Intake(Answers.request(context), bodies);
        context.attribute(INTAKE, intake);
        Answers.client(context).clientsTurn();
        context.future(() -> intake.begin().thenCompose(body -> answer(context, task, body)));
    }

    private CompletableFuture<Void> answer(Context context, String task, byte[] body) {
        Deadline deadline = running(context);
        String model = context.pathParam("model");
        String accept = context.header("Accept");
        if (task.equals(Api.SAMPLE) && accept != null && accept.contains(Answers.EVENTS)) {
            return answers.stream(context, api.stream(model, body, deadline));
        }
        return api.begin(model, task, body, deadline).thenAccept(answer -> answers.json(context, answer));
    }

    /** The deadline of a request, by which others can cancel it. */
    private Deadline running(Context context) {
        Deadline deadline = api.deadline();
        if (running.putIfAbsent(Answers.id(context), deadline) != null) {
            throw new Refused(409, "a request with this " + Guard.REQUEST_ID + " is being answered already");
        }
        context.attribute(DEADLINE, deadline);
        Answers.client(context).serversTurn(deadline::cancel);
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
        if (type == null || !type.startsWith(Answers.JSON)) {
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
