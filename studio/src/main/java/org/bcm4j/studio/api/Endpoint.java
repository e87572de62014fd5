package org.bcm4j.studio.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A path, and what is answered there. The server listens to all endpoints, and the OpenAPI document describes them.
 *
 * @param method of HTTP
 * @param path with the names of its parameters in braces
 * @param id names the operation
 * @param summary one sentence
 * @param query the names of parameters that may follow the path
 * @param request the type of the body that is sent; nothing for none
 * @param answer what comes back
 */
public record Endpoint(
        String method,
        String path,
        String id,
        String summary,
        List<String> query,
        Optional<Class<? extends Record>> request,
        Answer answer) {
    private static final String GET = "GET";
    private static final String POST = "POST";
    private static final String MODEL = "/api/v1/models/{model}";
    private static final String RUN = "/api/v1/runs/{run}";

    /** What comes back. */
    sealed interface Answer {
        /** JSON. */
        record Body(Class<? extends Record> type) implements Answer {}

        /** A file of a media type. */
        record File(String type) implements Answer {}

        /** Nothing; {@code description} says what has happened. */
        record Done(String description) implements Answer {}
    }

    /** All, with those of tasks. */
    static List<Endpoint> all(List<Route<?, ?>> tasks) {
        List<Endpoint> all = new ArrayList<>(List.of(
                telling("/api/v1/models", "models", "Lists the models.", Responses.Models.class),
                telling(MODEL, "model", "Describes a model.", Responses.Model.class),
                telling(
                        MODEL + "/coverage",
                        "coverage",
                        "Tells at which noise scales t and u a model was trained.",
                        Responses.Coverage.class)));
        tasks.forEach(task -> all.add(new Endpoint(
                POST,
                MODEL + "/" + task.name(),
                task.name(),
                task.summary(),
                List.of(),
                Optional.of(task.request()),
                new Answer.Body(task.response()))));
        all.addAll(List.of(
                new Endpoint(
                        "DELETE",
                        "/api/v1/requests/{id}",
                        "cancel",
                        "Cancels a request, by its X-Request-Id.",
                        List.of(),
                        Optional.empty(),
                        new Answer.Done("It is cancelled; its own answer has the status 409.")),
                telling("/api/v1/runs", "runs", "Lists the training runs.", Responses.Runs.class),
                new Endpoint(
                        GET,
                        RUN,
                        "run",
                        "Tells of a run.",
                        List.of("after"),
                        Optional.empty(),
                        new Answer.Body(Responses.Run.class)),
                file(RUN + "/samples/{step}", "sheet", "A sample sheet of a run.", "image/png"),
                acting(RUN + "/stop", "stop", "Asks a run to save and stop.", Responses.Run.class),
                acting(RUN + "/resume", "resume", "Continues a run in another process.", Responses.Run.class),
                acting(
                        RUN + "/noise",
                        "noise",
                        "Measures the noise that a run's newest model finds.",
                        Responses.RunNoise.class),
                file("/api/v1/openapi.json", "openapi", "This document.", "application/json"),
                telling("/health/live", "live", "Says that the server runs.", Responses.Health.class),
                telling("/health/ready", "ready", "Says whether it takes requests.", Responses.Health.class),
                file("/metrics", "metrics", "Figures for Prometheus.", "text/plain")));
        return List.copyOf(all);
    }

    private static Endpoint telling(String path, String id, String summary, Class<? extends Record> answer) {
        return new Endpoint(GET, path, id, summary, List.of(), Optional.empty(), new Answer.Body(answer));
    }

    private static Endpoint acting(String path, String id, String summary, Class<? extends Record> answer) {
        return new Endpoint(POST, path, id, summary, List.of(), Optional.empty(), new Answer.Body(answer));
    }

    private static Endpoint file(String path, String id, String summary, String type) {
        return new Endpoint(GET, path, id, summary, List.of(), Optional.empty(), new Answer.File(type));
    }
}
