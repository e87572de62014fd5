package org.bcm4j.journal;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One line of {@code log.jsonl}: {@code {"step":100,"images":6400,"loss":0.25}} or {@code {"note":"resumed"}}. */
sealed interface LogLine {
    JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** The measurements of a step, in a flat object, so that common tools can make a table of the log. */
    record Step(StepRecord record) implements LogLine {
        @Override
        public String toJson() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put(StepRecord.STEP, record.step());
            fields.put(StepRecord.IMAGES, record.images());
            fields.putAll(record.values());
            return JSON.writeValueAsString(fields);
        }
    }

    /** A remark. */
    record Note(String text) implements LogLine {
        @Override
        public String toJson() {
            return JSON.writeValueAsString(Map.of("note", text));
        }
    }

    /**
     * The line without its line end. Jackson writes values without a JSON number as {@code "NaN"}, {@code "Infinity"}
     * and {@code "-Infinity"}.
     */
    String toJson();

    /** @throws IllegalArgumentException if the text is no log line */
    static LogLine parse(String text) {
        try {
            JsonNode fields = JSON.readTree(text);
            if (fields.path("note").isString() && fields.size() == 1) {
                return new Note(fields.path("note").stringValue());
            }
            Map<String, Double> values = new LinkedHashMap<>();
            fields.properties().forEach(field -> values.put(field.getKey(), number(field.getValue())));
            values.remove(StepRecord.STEP);
            values.remove(StepRecord.IMAGES);
            return new Step(new StepRecord(count(fields, StepRecord.STEP), count(fields, StepRecord.IMAGES), values));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not a JSON object", e);
        }
    }

    private static long count(JsonNode fields, String name) {
        JsonNode value = fields.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new IllegalArgumentException("no count called \"" + name + "\"");
        }
        return value.longValue();
    }

    private static double number(JsonNode value) {
        if (value.isNumber()) {
            return value.doubleValue();
        }
        String text = value.isString() ? value.stringValue() : "";
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw new IllegalArgumentException(value + " is not a number");
        };
    }
}
