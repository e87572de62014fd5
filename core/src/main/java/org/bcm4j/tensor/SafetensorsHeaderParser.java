package org.bcm4j.tensor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.storage.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Parses and validates the JSON header of a safetensors file. It reads the text token by token and trusts nothing. A
 * file from an unknown source costs no more memory than its own size. A valid header describes exactly the bytes of the
 * file, without overlap or gaps.
 */
final class SafetensorsHeaderParser {
    static final String METADATA = "__metadata__";

    /** libtorch's own limit. */
    private static final int MAX_DIMENSIONS = 64;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Path file;
    private final long dataBytes;
    private final Map<String, SafetensorsHeader.Entry> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /** @param dataBytes number of bytes after the header in {@code file} */
    SafetensorsHeaderParser(Path file, long dataBytes) {
        this.file = file;
        this.dataBytes = dataBytes;
    }

    /**
     * @throws UserException if the header is not valid; the message names the file, and the tensor if one is at fault
     */
    SafetensorsHeader parse(String json) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            expect(parser.nextToken() == JsonToken.START_OBJECT, "the header is not a JSON object");
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                if (name.equals(METADATA)) {
                    readMetadata(parser);
                } else {
                    tensors.put(name, readEntry(parser, name));
                }
            }
            expect(parser.currentToken() == JsonToken.END_OBJECT, "the header is cut off");
            expect(parser.nextToken() == null, "text follows the header's JSON object");
        } catch (JacksonException e) {
            throw broken("the header is not valid JSON (" + firstLine(e.getOriginalMessage()) + ")");
        }
        checkCoverage();
        return new SafetensorsHeader(tensors, metadata);
    }

    private void readMetadata(JsonParser parser) {
        expect(parser.nextToken() == JsonToken.START_OBJECT, METADATA + " is not a JSON object");
        for (String key = parser.nextName(); key != null; key = parser.nextName()) {
            expect(
                    parser.nextToken() == JsonToken.VALUE_STRING,
                    METADATA + " entry '" + printable(key) + "' is not text");
            metadata.put(key, parser.getString());
        }
    }

    private SafetensorsHeader.Entry readEntry(JsonParser parser, String name) {
        String where = "tensor '" + printable(name) + "' ";
        expect(parser.nextToken() == JsonToken.START_OBJECT, where + "is not described by a JSON object");
        Optional<ElementType> type = Optional.empty();
        Optional<List<Long>> shape = Optional.empty();
        Optional<List<Long>> offsets = Optional.empty();
        for (String key = parser.nextName(); key != null; key = parser.nextName()) {
            switch (key) {
                case "dtype" -> type = Optional.of(readType(parser, where));
                case "shape" -> shape = Optional.of(readNumbers(parser, where + "shape", MAX_DIMENSIONS));
                case "data_offsets" -> offsets = Optional.of(readNumbers(parser, where + "data_offsets", 2));
                default -> {
                    // The format allows unknown fields, for future versions.
                    parser.nextToken();
                    parser.skipChildren();
                }
            }
        }
        expect(type.isPresent(), where + "has no dtype");
        expect(shape.isPresent(), where + "has no shape");
        expect(offsets.isPresent() && offsets.get().size() == 2, where + "needs two data_offsets");
        return checked(where, type.get(), shape.get(), offsets.get());
    }

    private ElementType readType(JsonParser parser, String where) {
        expect(parser.nextToken() == JsonToken.VALUE_STRING, where + "has a dtype that is not text");
        String name = parser.getString();
        return ElementType.named(name)
                .orElseThrow(() -> new UserException(file + ": " + where + "has the unsupported dtype '"
                        + printable(name) + "'; save it as F32, or leave it out of the file"));
    }

    private List<Long> readNumbers(JsonParser parser, String what, int limit) {
        expect(parser.nextToken() == JsonToken.START_ARRAY, what + " is not a list");
        List<Long> numbers = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(
                    parser.currentToken() == JsonToken.VALUE_NUMBER_INT,
                    what + " holds something other than whole numbers");
            expect(numbers.size() < limit, what + " has more than " + limit + " numbers");
            long number = parser.getLongValue();
            expect(number >= 0, what + " holds a negative number");
            numbers.add(number);
        }
        return numbers;
    }

    private SafetensorsHeader.Entry checked(String where, ElementType type, List<Long> shape, List<Long> offsets) {
        long begin = offsets.get(0);
        long end = offsets.get(1);
        expect(
                begin <= end && end <= dataBytes,
                where + "lies outside the file (bytes " + begin + " to " + end + " of " + dataBytes + ")");
        long bytes = byteSize(where, type, shape);
        expect(
                bytes == end - begin,
                where + "of type " + type + " and shape " + shape + " needs " + bytes + " bytes and has "
                        + (end - begin));
        return new SafetensorsHeader.Entry(type, shape, begin, end);
    }

    private long byteSize(String where, ElementType type, List<Long> shape) {
        // Dimensions of size zero count as one, because libtorch multiplies strides in this way, and the product must
        // not overflow either.
        long extent = type.bytes();
        try {
            for (long dimension : shape) {
                extent = Math.multiplyExact(extent, Math.max(1, dimension));
            }
        } catch (ArithmeticException e) {
            throw broken(where + "has an impossible shape " + shape);
        }
        return shape.contains(0L) ? 0 : extent;
    }

    /** Laid end to end, the tensors must cover the data: no byte twice, none unused. */
    private void checkCoverage() {
        List<Map.Entry<String, SafetensorsHeader.Entry>> order = new ArrayList<>(tensors.entrySet());
        order.sort(Comparator.comparingLong((Map.Entry<String, SafetensorsHeader.Entry> tensor) ->
                        tensor.getValue().begin())
                .thenComparingLong(tensor -> tensor.getValue().end()));
        long position = 0;
        for (Map.Entry<String, SafetensorsHeader.Entry> tensor : order) {
            long begin = tensor.getValue().begin();
            String where = "tensor '" + printable(tensor.getKey()) + "' begins at byte " + begin;
            expect(begin >= position, where + ", inside the one before it");
            expect(begin == position, where + ", after a hole of " + (begin - position) + " bytes");
            position = tensor.getValue().end();
        }
        expect(
                position == dataBytes,
                "the header describes " + position + " bytes of data and the file has " + dataBytes);
    }

    private void expect(boolean condition, String problem) {
        if (!condition) {
            throw broken(problem);
        }
    }

    private UserException broken(String problem) {
        return Safetensors.broken(file, problem);
    }

    /** Names come from the file. This keeps them short, on one line and free of control characters. */
    private static String printable(String name) {
        String clean = name.codePoints()
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .limit(100)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return clean.length() < name.length() ? clean + "…" : clean;
    }

    private static String firstLine(String message) {
        return printable(message.lines().findFirst().orElse(message));
    }
}
