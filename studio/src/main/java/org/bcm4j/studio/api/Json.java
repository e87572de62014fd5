package org.bcm4j.studio.api;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads requests strictly and writes responses. Thread-safe. */
final class Json {
    private static final int DEPTH = 8;
    private static final int LONGEST_SHOWN = 40;
    /** Jackson's words for a field that comes twice. */
    private static final Pattern TWICE = Pattern.compile("Duplicate [\\w ]*['\"](\\w{1,40})['\"]");

    private final ObjectMapper mapper;

    /** @param longest the most characters of a text, such as a picture in base64 */
    Json(int longest) {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEPTH)
                        .maxStringLength(longest)
                        .build())
                .build();
        mapper = JsonMapper.builder(factory)
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .build();
    }

    byte[] write(Object value) {
        return mapper.writeValueAsBytes(value);
    }

    /**
     * Reads the body of a request.
     *
     * @throws ProblemException with status 400 if it is no such body
     */
    <T extends Record> T read(byte[] body, Class<T> type) {
        try {
            JsonNode given = mapper.readTree(body);
            if (given.isNull()) {
                throw new ProblemException(400, "the body is null; send an object");
            }
            if (!(given instanceof ObjectNode object)) {
                throw new ProblemException(400, "the body is no object; send one with the fields " + names(type));
            }
            requireKnown(object, type);
            T read = mapper.treeToValue(inParts(object, type), type);
            requireRanges(read);
            return read;
        } catch (JacksonException e) {
            // Jackson's own message names classes.
            String field = e.getPath().stream()
                    .map(JacksonException.Reference::getPropertyName)
                    .filter(Objects::nonNull)
                    .reduce("", (part, name) -> name);
            throw new ProblemException(
                    400, field.isEmpty() ? unreadable(e) : "the field " + field + " has a value of a wrong type", e);
        }
    }

    private static String names(Class<? extends Record> type) {
        return String.join(", ", Fields.names(type));
    }

    private static void requireKnown(ObjectNode given, Class<? extends Record> type) {
        List<String> known = Fields.names(type);
        for (String name : given.propertyNames()) {
            if (!known.contains(name)) {
                throw new ProblemException(400, "the field " + shown(name) + " is unknown; fields are " + names(type));
            }
        }
    }

    /** A name as a client wrote it, in one short line. */
    private static String shown(String name) {
        String line = name.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= LONGEST_SHOWN ? line : line.substring(0, LONGEST_SHOWN) + "…";
    }

    /** Moves the fields of each part of a body into an object of their own, as the records have them. */
    private ObjectNode inParts(ObjectNode given, Class<? extends Record> type) {
        for (RecordComponent component : Fields.components(type)) {
            Fields.part(component).ifPresent(part -> {
                ObjectNode own = mapper.createObjectNode();
                for (String name : Fields.names(part)) {
                    Optional.ofNullable(given.remove(name)).ifPresent(value -> own.set(name, value));
                }
                given.set(Fields.name(component), own);
            });
        }
        return given;
    }

    private static String unreadable(JacksonException e) {
        Matcher twice = TWICE.matcher(String.valueOf(e.getOriginalMessage()));
        return (twice.lookingAt() ? "the field " + twice.group(1) + " comes twice" : "the body is no valid JSON")
                + where(e);
    }

    private static String where(JacksonException e) {
        return e.getLocation() == null || e.getLocation().getLineNr() < 1
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }

    private static void requireRanges(Record request) {
        for (RecordComponent component : Fields.components(request.getClass())) {
            Described described = component.getAnnotation(Described.class);
            Object value = Fields.value(request, component);
            if (value instanceof Record part) {
                requireRanges(part);
                continue;
            }
            Object given = value instanceof Optional<?> optional ? optional.orElse(null) : value;
            if (value == null) {
                throw new ProblemException(400, "the field " + Fields.name(component) + " is missing");
            }
            if (described != null && given instanceof Number number) {
                double here = number.doubleValue();
                if (!(here >= described.least() && here <= described.most())) {
                    throw new ProblemException(
                            400,
                            "the field " + Fields.name(component) + " must lie in ["
                                    + Fields.text(described.least()) + "," + Fields.text(described.most())
                                    + "], and is "
                                    + number);
                }
            }
        }
    }
}
