package org.bcm4j.studio.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.bcm4j.storage.UserException;
import org.bcm4j.studio.work.Deadline;
import org.bcm4j.studio.work.DeadlinePassedException;
import org.bcm4j.studio.work.EvaluationQueue;
import org.bcm4j.studio.work.QueueClosedException;
import org.bcm4j.studio.work.QueueFullException;
import org.bcm4j.tensor.ExhaustedMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API over models, as bodies of requests and answers: JSON in, JSON out. It knows nothing of connections.
 * Thread-safe.
 */
public final class Api {
    /** The name of the task whose images can be sent as they are made. */
    public static final String SAMPLE = Routes.SAMPLE;

    /** A client may have sent a long text that is quoted. */
    private static final int LONGEST_DETAIL = 500;

    private static final Logger LOG = LoggerFactory.getLogger(Api.class);

    private final Map<String, ShelvedModel> models = new LinkedHashMap<>();
    private final Map<String, Route<?, ?>> routes = new LinkedHashMap<>();
    private final Generation generation;
    private final Runs runs;
    private final Json json;
    private final List<Endpoint> endpoints;
    private final byte[] description;
    private final Duration patience;

    /** How an API works. {@code patience} is how long a request may take, {@code mostPixels} the largest picture. */
    public record Limits(Duration patience, long mostPixels, int mostBody) {}

    /**
     * The training runs that an API shows.
     *
     * @param places runs, or directories of runs
     * @param resumption the command that continues a run
     */
    public record RunPlaces(List<Path> places, Function<Path, List<String>> resumption) {}

    /** @throws UserException if two models have one name */
    public Api(List<ShelvedModel> shelved, EvaluationQueue queue, Limits limits, RunPlaces places, String version) {
        for (ShelvedModel model : shelved) {
            if (models.put(model.name(), model) != null) {
                throw new UserException(model.folder() + ": another model is called " + model.name()
                        + " already; rename one of the folders");
            }
        }
        Desk desk = new Desk(queue, limits.mostPixels());
        patience = limits.patience();
        Routes all = Routes.over(desk);
        runs = new Runs(places.places(), places.resumption(), desk);
        all.all().forEach(route -> routes.put(route.name(), route));
        generation = all.generation();
        json = new Json(limits.mostBody());
        endpoints = Endpoint.all(all.all());
        description = json.write(OpenApi.of(endpoints, version));
    }

    /** The names of all tasks. */
    public List<String> tasks() {
        return List.copyOf(routes.keySet());
    }

    /** All that the API answers. */
    public List<Endpoint> endpoints() {
        return endpoints;
    }

    /** The OpenAPI document. */
    public byte[] description() {
        return description.clone();
    }

    /** The list of models. */
    public byte[] models() {
        return json.write(new Responses.Models(
                models.values().stream().map(ShelvedModel::description).toList()));
    }

    /** A description of a model. */
    public byte[] model(String name) {
        return json.write(shelved(name).description());
    }

    /** Where a model's training evaluates it. */
    public byte[] coverage(String name) {
        return json.write(shelved(name).coverage());
    }

    /** The list of runs. */
    public byte[] runs() {
        return json.write(runs.all());
    }

    /**
     * What is known of a run.
     *
     * @param after the cursor of an earlier answer: only the points after that are told
     */
    public byte[] run(String name, Optional<String> after) {
        return json.write(runs.one(name, after));
    }

    /** A sample sheet of a run, a PNG file. */
    public byte[] sheet(String name, String step) {
        if (!step.matches("\\d{1,18}")) {
            throw new ProblemException(400, "the step is no whole number");
        }
        return runs.sheet(name, Long.parseLong(step));
    }

    /** Asks a run to stop. */
    public byte[] stop(String name) {
        return json.write(runs.stop(name));
    }

    /** Continues a run in another process. */
    public byte[] resume(String name) {
        return json.write(runs.resume(name));
    }

    /** Measures the noise of a run's newest model. */
    public CompletableFuture<byte[]> noise(String name, Deadline deadline) {
        return runs.noise(name, deadline).thenApply(json::write);
    }

    /** An answer to a question for health. */
    public byte[] health(String status) {
        return json.write(new Responses.Health(status));
    }

    private ShelvedModel shelved(String name) {
        return Optional.ofNullable(models.get(name))
                .orElseThrow(() -> new ProblemException(
                        404, "there is no such model; models are " + String.join(", ", models.keySet())));
    }

    /** The deadline of a request that comes now. Cancelling it frees the work. */
    public Deadline deadline() {
        return Deadline.in(patience);
    }

    /** Begins a task of a model. The answer may also fail; see {@link #failure}. */
    public CompletableFuture<byte[]> begin(String model, String task, byte[] body, Deadline deadline) {
        Route<?, ?> route = Optional.ofNullable(routes.get(task))
                .orElseThrow(() -> new ProblemException(
                        404, "there is no such task; tasks are " + String.join(", ", routes.keySet())));
        return begin(shelved(model), route, body, deadline);
    }

    private <Q extends Record, A extends Record> CompletableFuture<byte[]> begin(
            ShelvedModel model, Route<Q, A> route, byte[] body, Deadline deadline) {
        CompletableFuture<A> answer = route.work().begin(model, json.read(body, route.request()), deadline);
        return answer.thenApply(json::write);
    }

    /** Begins to generate images that are sent as they are made. */
    public SampleStream stream(String model, byte[] body, Deadline deadline) {
        return new SampleStream(
                generation.begin(shelved(model), json.read(body, Requests.Sample.class), deadline), json);
    }

    /**
     * What a client is told.
     *
     * @param status of HTTP
     * @param body an answer of RFC 9457
     */
    @SuppressWarnings("ArrayRecordComponent") // written once, never compared
    public record Failure(int status, byte[] body) {}

    /** The answer to a request that failed. What the client cannot mend is logged and not told. */
    public Failure failure(Throwable thrown, String requestId) {
        Throwable cause = thrown;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String line = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        String message = line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL) + "…";
        if (cause instanceof ProblemException problem) {
            return failure(problem.status(), message, requestId);
        }
        if (cause instanceof UserException || cause instanceof IllegalArgumentException) {
            return failure(400, message, requestId);
        }
        if (cause instanceof QueueFullException) {
            return failure(429, message, requestId);
        }
        if (cause instanceof QueueClosedException) {
            return failure(503, message, requestId);
        }
        if (cause instanceof CancellationException) {
            return failure(409, "the request was cancelled", requestId);
        }
        if (cause instanceof DeadlinePassedException) {
            return failure(504, message, requestId);
        }
        if (ExhaustedMemory.in(cause).isPresent()) {
            return failure(503, "the server has no memory for this; ask for less", requestId);
        }
        return internal(cause, requestId);
    }

    private Failure internal(Throwable cause, String requestId) {
        LOG.error("request {} failed", requestId, cause);
        return failure(500, "something went wrong in the server; its log has more under this request's id", requestId);
    }

    /** An answer with a given status. {@code detail} is one line. */
    public Failure failure(int status, String detail, String requestId) {
        return new Failure(
                status, json.write(new Responses.Problem("about:blank", title(status), status, detail, requestId)));
    }

    private static String title(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 409 -> "Conflict";
            case 411 -> "Length Required";
            case 413 -> "Content Too Large";
            case 415 -> "Unsupported Media Type";
            case 414 -> "URI Too Long";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> "Internal Server Error";
        };
    }
}
