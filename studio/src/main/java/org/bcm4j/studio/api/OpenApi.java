package org.bcm4j.studio.api;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Describes the API in OpenAPI 3.1, from its endpoints and the records of their bodies. */
final class OpenApi {
    private static final String REFERENCE = "$ref";
    private static final String SCHEMAS = "#/components/schemas/";

    private static final Map<String, Object> TEXT = Map.of("type", "string");
    private static final Pattern IN_PATH = Pattern.compile("\\{(\\w+)}");

    private static final Map<String, String> PARAMETERS = Map.of(
            "model", "The model's name.",
            "id", "The X-Request-Id of the request.",
            "run", "The run's name.",
            "step", "The step at which it was drawn.",
            "after", "The cursor of an earlier answer.");

    private final Map<String, Object> schemas = new TreeMap<>();

    private OpenApi() {}

    /** The document, as maps and lists. */
    static Map<String, Object> of(List<Endpoint> endpoints, String version) {
        OpenApi api = new OpenApi();
        Map<String, Map<String, Object>> paths = new LinkedHashMap<>();
        for (Endpoint endpoint : endpoints) {
            paths.computeIfAbsent(endpoint.path(), path -> new LinkedHashMap<>())
                    .put(endpoint.method().toLowerCase(Locale.ROOT), api.operation(endpoint));
        }
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

    private Map<String, Object> operation(Endpoint endpoint) {
        Map<String, Object> operation = ordered(
                "operationId", endpoint.id(), "summary", endpoint.summary(), "parameters", parameters(endpoint));
        endpoint.request()
                .ifPresent(body -> operation.put("requestBody", ordered("required", true, "content", json(body))));
        operation.put("responses", responses(endpoint.answer()));
        return operation;
    }

    private static List<Map<String, Object>> parameters(Endpoint endpoint) {
        List<Map<String, Object>> parameters = new ArrayList<>();
        IN_PATH.matcher(endpoint.path()).results().forEach(found -> parameters.add(parameter(found.group(1), "path")));
        endpoint.query().forEach(name -> parameters.add(parameter(name, "query")));
        return parameters;
    }

    private static Map<String, Object> parameter(String name, String place) {
        return ordered(
                "name",
                name,
                "in",
                place,
                "required",
                place.equals("path"),
                "schema",
                TEXT,
                "description",
                Objects.requireNonNull(PARAMETERS.get(name), name));
    }

    private Map<String, Object> responses(Endpoint.Answer answer) {
        Map<String, Object> responses = new LinkedHashMap<>();
        if (answer instanceof Endpoint.Answer.Body body) {
            responses.put("200", ordered("description", "The result.", "content", json(body.type())));
        } else if (answer instanceof Endpoint.Answer.File file) {
            responses.put(
                    "200", ordered("description", "The file.", "content", Map.of(file.type(), Map.of("schema", TEXT))));
        } else if (answer instanceof Endpoint.Answer.Done done) {
            responses.put("204", ordered("description", done.description()));
        }
        responses.put(
                "default",
                ordered(
                        "description",
                        "What was wrong (RFC 9457).",
                        "content",
                        Map.of("application/problem+json", Map.of("schema", schema(Responses.Problem.class)))));
        return responses;
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
            return TEXT;
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
