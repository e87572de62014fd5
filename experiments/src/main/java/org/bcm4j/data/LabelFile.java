package org.bcm4j.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A file with the classes of pictures: CSV with the columns {@code file,class}, or a JSON object; in UTF-8. */
final class LabelFile {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final CSVFormat CSV = CSVFormat.RFC4180
            .builder()
            .setIgnoreEmptyLines(true)
            .setIgnoreSurroundingSpaces(true)
            .get();
    private static final List<String> HEADER = List.of("file", "class");
    private static final String BYTE_ORDER_MARK = "\ufeff";

    private LabelFile() {}

    /**
     * The class of each file, in the order of the label file.
     *
     * @throws UserException if the file cannot be read; the message names the line
     */
    static Map<String, String> read(Path file) {
        boolean json = file.toString().toLowerCase(Locale.ROOT).endsWith(".json");
        try {
            String text = text(file, Files.readAllBytes(file));
            return json ? json(file, text) : csv(file, text);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    /** The text without a byte order mark. */
    private static String text(Path file, byte[] content) {
        if (isUtf16(content)) {
            throw new UserException(file + ": is in UTF-16; save it as UTF-8");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new UserException(
                    file + ":" + firstLineThatIsNotUtf8(content)
                            + ": is not UTF-8 but, it seems, Latin-1 (Windows-1252); save the file as UTF-8",
                    e);
        }
    }

    /**
     * Whether the content starts with UTF-16's byte order mark or contains zero bytes, as Latin letters do only in
     * UTF-16.
     */
    private static boolean isUtf16(byte[] content) {
        boolean marked = content.length >= 2
                && ((content[0] == (byte) 0xff && content[1] == (byte) 0xfe)
                        || (content[0] == (byte) 0xfe && content[1] == (byte) 0xff));
        for (byte value : content) {
            marked |= value == 0;
        }
        return marked;
    }

    private static int firstLineThatIsNotUtf8(byte[] content) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < content.length; i++) {
            if (content[i] == '\n') {
                if (!isUtf8(Arrays.copyOfRange(content, start, i))) {
                    return line;
                }
                line++;
                start = i + 1;
            }
        }
        return line;
    }

    private static boolean isUtf8(byte[] line) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static Map<String, String> csv(Path file, String text) throws IOException {
        try (CSVParser parser = CSVParser.parse(text, CSV)) {
            Iterator<CSVRecord> records = parser.iterator();
            if (!records.hasNext() || !records.next().toList().equals(HEADER)) {
                boolean otherwise = text.lines().limit(1).anyMatch(line -> line.contains(";") || line.contains("\t"));
                throw new UserException(file + ":1: the first line must be: file,class"
                        + (otherwise ? "; with commas, not semicolons or tabs" : ""));
            }
            Map<String, String> labels = new LinkedHashMap<>();
            while (records.hasNext()) {
                CSVRecord entry = records.next();
                String place = file + ":" + parser.getCurrentLineNumber();
                if (entry.size() != 2 || entry.get(0).isEmpty() || entry.get(1).isEmpty()) {
                    throw new UserException(place + ": must be a file, a comma and a class"
                            + (entry.size() > 2 ? "; put values that contain commas in \"quotes\"" : ""));
                }
                put(labels, entry.get(0), entry.get(1), place);
            }
            return labels;
        } catch (UncheckedIOException e) {
            String what =
                    String.valueOf(Objects.requireNonNullElse(e.getCause(), e).getMessage());
            throw new UserException(
                    file + ": is not CSV; " + (what.contains("EOF") ? "a quotation mark (\") is never closed" : what),
                    e);
        }
    }

    private static Map<String, String> json(Path file, String text) {
        try {
            JsonNode root = JSON.readTree(text);
            if (!root.isObject()) {
                throw new UserException(file + ": must be a JSON object of files and their classes");
            }
            Map<String, String> labels = new LinkedHashMap<>();
            root.properties().forEach(entry -> {
                if (!entry.getValue().isString()) {
                    throw new UserException(file + ": the class of " + entry.getKey() + " must be text, is of type "
                            + entry.getValue().getNodeType().name().toLowerCase(Locale.ROOT));
                }
                put(labels, entry.getKey(), entry.getValue().stringValue(), file.toString());
            });
            return labels;
        } catch (JacksonException e) {
            String line = e.getLocation() == null ? "" : ":" + e.getLocation().getLineNr();
            // Removes Jackson's internal description of the location, which does not help users.
            String what = e.getOriginalMessage()
                    .replaceFirst("(?s)[\\s(:]*(\\[Source|start marker|for Object starting).*", "");
            throw new UserException(file + line + ": is not JSON; " + what, e);
        }
    }

    private static void put(Map<String, String> labels, String picture, String label, String place) {
        if (labels.put(picture, Normalizer.normalize(label, Normalizer.Form.NFC)) != null) {
            throw new UserException(place + ": names " + picture + " twice");
        }
    }
}
