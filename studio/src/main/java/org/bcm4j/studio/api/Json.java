package org.bcm4j.studio.api;

import java.lang.reflect.RecordComponent;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/** Reads requests strictly and writes responses. Thread-safe. */
final class Json {
    private static final int DEPTH = 8;

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
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
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
            T read = mapper.readValue(body, type);
            if (read == null) {
                throw new ProblemException(400, "the body is null; send an object");
            }
            requireRanges(read);
            return read;
        } catch (UnrecognizedPropertyException e) {
            throw new ProblemException(
                    400,
                    "the field " + e.getPropertyName() + " is unknown; fields are "
                            + String.join(", ", Fields.names(type)),
                    e);
        } catch (DatabindException e) {
            // Jackson's own message names classes.
            String field = e.getPath().stream()
                    .map(JacksonException.Reference::getPropertyName)
                    .filter(Objects::nonNull)
                    .collect(Collectors.joining("."));
            throw new ProblemException(
                    400,
                    field.isEmpty()
                            ? "the body is no object; send one with the fields " + String.join(", ", Fields.names(type))
                            : "the field " + field + " has a value of a wrong type",
                    e);
        } catch (JacksonException e) {
            throw new ProblemException(400, "the body is no valid JSON" + where(e), e);
        }
    }

    private static String where(JacksonException e) {
        return e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }

    private static void requireRanges(Record request) {
        for (RecordComponent component : request.getClass().getRecordComponents()) {
            Described described = component.getAnnotation(Described.class);
            Object value = Fields.value(request, component);
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
