package org.bcm4j.studio.api;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Describes the API in OpenAPI 3.1, from its routes and the records of its bodies. */
final class OpenApi {
    private static final String REFERENCE = "$ref";
    private static final String SCHEMAS = "#/components/schemas/";

    private static final Map<String, Object> RUN = parameter("run", "path", "The run's name.");

    private final Map<String, Object> schemas = new TreeMap<>();

    private OpenApi() {}

    /** The document, as maps and lists. */
    static Map<String, Object> of(Routes routes, String version) {
        OpenApi api = new OpenApi();
        Map<String, Object> paths = new LinkedHashMap<>();
        paths.put("/api/v1/models", Map.of("get", api.reading("models", "Lists the models.", Responses.Models.class)));
        Map<String, Object> one = api.reading("model", "Describes a model.", Responses.Model.class);
        one.put("parameters", List.of(modelParameter()));
        paths.put("/api/v1/models/{model}", Map.of("get", one));
        Map<String, Object> coverage = api.reading(
                "coverage", "Tells at which noise scales t and u a model was trained.", Responses.Coverage.class);
        coverage.put("parameters", List.of(modelParameter()));
        paths.put("/api/v1/models/{model}/coverage", Map.of("get", coverage));
        for (Route<?, ?> route : routes.all()) {
            paths.put("/api/v1/models/{model}/" + route.name(), Map.of("post", api.operation(route)));
        }
        Map<String, Object> cancel = ordered(
                "operationId",
                "cancel",
                "summary",
                "Cancels a request, by its X-Request-Id.",
                "responses",
                ordered(
                        "204",
                        Map.of("description", "It is cancelled; its own answer has the status 409."),
                        "404",
                        Map.of("description", "No such request is being answered.")));
        cancel.put("parameters", List.of(parameter("id", "path", "The X-Request-Id of the request.")));
        paths.put("/api/v1/requests/{id}", Map.of("delete", cancel));
        paths.put("/api/v1/runs", Map.of("get", api.reading("runs", "Lists the training runs.", Responses.Runs.class)));
        Map<String, Object> run = api.ofRun("run", "Tells of a run.", Responses.Run.class);
        run.put("parameters", List.of(RUN, parameter("after", "query", "The cursor of an earlier answer.")));
        paths.put("/api/v1/runs/{run}", Map.of("get", run));
        Map<String, Object> sheet = file("sheet", "A sample sheet of a run.", "image/png");
        sheet.put("parameters", List.of(RUN, parameter("step", "path", "The step at which it was drawn.")));
        paths.put("/api/v1/runs/{run}/samples/{step}", Map.of("get", sheet));
        paths.put(
                "/api/v1/runs/{run}/stop",
                Map.of("post", api.ofRun("stop", "Asks a run to save and stop.", Responses.Run.class)));
        paths.put(
                "/api/v1/runs/{run}/resume",
                Map.of("post", api.ofRun("resume", "Continues a run in another process.", Responses.Run.class)));
        paths.put(
                "/api/v1/runs/{run}/noise",
                Map.of(
                        "post",
                        api.ofRun(
                                "noise",
                                "Measures the noise that a run's newest model finds.",
                                Responses.RunNoise.class)));
        paths.put(
                "/health/live",
                Map.of("get", api.reading("live", "Says that the server runs.", Responses.Health.class)));
        paths.put(
                "/health/ready",
                Map.of("get", api.reading("ready", "Says whether it takes requests.", Responses.Health.class)));
        paths.put("/metrics", Map.of("get", file("metrics", "Figures for Prometheus.", "text/plain")));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("openapi", "3.1.0");
        document.put("info", ordered("title", "bcm4j studio", "version", version));
        document.put("paths", paths);
        document.put(
                "components",
                ordered(
                        "schemas",
                        api.schemas,
                        "securitySchemes",
                        Map.of("token", ordered("type", "http", "scheme", "bearer"))));
        return document;
    }

    private static Map<String, Object> ordered(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    private static Map<String, Object> modelParameter() {
        return parameter("model", "path", "The model's name.");
    }

    private static Map<String, Object> parameter(String name, String place, String description) {
        return ordered(
                "name",
                name,
                "in",
                place,
                "required",
                place.equals("path"),
                "schema",
                Map.of("type", "string"),
                "description",
                description);
    }

    private Map<String, Object> ofRun(String id, String summary, Class<? extends Record> response) {
        Map<String, Object> operation = reading(id, summary, response);
        operation.put("parameters", List.of(RUN));
        return operation;
    }

    private Map<String, Object> reading(String id, String summary, Class<? extends Record> response) {
        return ordered("operationId", id, "summary", summary, "responses", responses(response));
    }

    private static Map<String, Object> file(String id, String summary, String type) {
        Map<String, Object> content = Map.of(type, Map.of("schema", Map.of("type", "string")));
        Map<String, Object> given = ordered("description", "The file.", "content", content);
        return ordered("operationId", id, "summary", summary, "responses", Map.of("200", given));
    }

    private Map<String, Object> operation(Route<?, ?> route) {
        return ordered(
                "operationId",
                route.name(),
                "summary",
                route.summary(),
                "parameters",
                List.of(modelParameter()),
                "requestBody",
                ordered("required", true, "content", json(route.request())),
                "responses",
                responses(route.response()));
    }

    private Map<String, Object> responses(Class<? extends Record> response) {
        Map<String, Object> problem = ordered(
                "description",
                "What was wrong (RFC 9457).",
                "content",
                Map.of("application/problem+json", Map.of("schema", schema(Responses.Problem.class))));
        return ordered("200", ordered("description", "The result.", "content", json(response)), "default", problem);
    }

    private Map<String, Object> json(Class<? extends Record> body) {
        return Map.of("application/json", Map.of("schema", schema(body)));
    }

    private Map<String, Object> schema(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            if (generic.getRawType() == Map.class) {
                return ordered("type", "object", "additionalProperties", schema(last));
            }
            return generic.getRawType() == List.class ? ordered("type", "array", "items", schema(last)) : schema(last);
        }
        if (type instanceof Class<?> record && record.isRecord()) {
            return reference(record.asSubclass(Record.class));
        }
        if (type == String.class) {
            return ordered("type", "string");
        }
        if (type == boolean.class || type == Boolean.class) {
            return ordered("type", "boolean");
        }
        boolean whole = type == int.class || type == Integer.class || type == long.class || type == Long.class;
        return ordered("type", whole ? "integer" : "number");
    }

    private Map<String, Object> reference(Class<? extends Record> record) {
        String name = record.getSimpleName();
        if (record.getEnclosingClass() == Requests.class) {
            name += "Request";
        }
        if (!schemas.containsKey(name)) {
            schemas.put(name, Map.of());
            schemas.put(name, object(record));
        }
        return ordered(REFERENCE, SCHEMAS + name);
    }

    private Map<String, Object> object(Class<? extends Record> record) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        boolean sent = record.getEnclosingClass() == Requests.class;
        for (RecordComponent component : sent ? Fields.of(record).toList() : Fields.components(record)) {
            properties.put(Fields.name(component), property(component));
            if (component.getType() != Optional.class) {
                required.add(Fields.name(component));
            }
        }
        return ordered("type", "object", "properties", properties, "required", required, "additionalProperties", false);
    }

    private Map<String, Object> property(RecordComponent component) {
        Map<String, Object> schema = schema(component.getGenericType());
        Described described = component.getAnnotation(Described.class);
        if (described == null) {
            return schema;
        }
        Map<String, Object> property = new LinkedHashMap<>(schema);
        property.put("description", described.value());
        if (Double.isFinite(described.least())) {
            property.put("minimum", number(described.least()));
        }
        if (Double.isFinite(described.most())) {
            property.put("maximum", number(described.most()));
        }
        return property;
    }

    private static Number number(double value) {
        return value == Math.rint(value) ? (Number) (long) value : (Number) value;
    }
}
