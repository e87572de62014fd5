package org.bcm4j.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.bcm4j.storage.AtomicFile;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.representer.StandardRepresenter;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads records from YAML 1.2 or JSON, strictly, and writes them back.
 *
 * <p>The keys are the names of the record components in snake case: {@code batchSize} is {@code batch_size}. A
 * component can be an {@code int}, {@code long}, {@code double}, {@code boolean}, {@code String}, {@code Path}, an enum
 * (written {@code log-normal} or {@code log_normal}), another record, a sealed interface of records (a key {@code kind}
 * holds the record's name in kebab case), a {@code List<T>}, a {@code Map<String, T>} or an {@code Optional}. Every key
 * is required unless its component is optional or has a {@link Default}. Every number must be finite.
 *
 * <p>An error is reported in one line, for example
 * {@code configs/x.yaml:12:3: unknown key "batchsize" in training; did you mean "batch_size"?} An
 * {@link IllegalArgumentException} from a record's constructor is reported in the same form, at the location of the
 * record.
 */
public final class ConfigFile {
    private static final DumpSettings BLOCK_STYLE = DumpSettings.builder()
            .setSchema(new CoreSchema())
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setDereferenceAliases(true)
            .setSplitLines(false)
            .build();
    /** Characters that are allowed in JSON strings but not in YAML. */
    private static final Pattern NOT_IN_YAML = Pattern.compile("[\\x7F-\\x9F\\u2028\\u2029\\uFEFF\\uFFFE\\uFFFF]");

    private ConfigFile() {}

    /** Loads Jackson when something is written: a command that only reads starts sooner without it. */
    private static final class Json {
        static final ObjectWriter INDENTED = JsonMapper.builder()
                .build()
                .writer()
                .with(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

        private Json() {}
    }

    /**
     * Reads a file.
     *
     * @throws UserException if the file cannot be read or does not fit the record
     * @throws IllegalArgumentException if the record has a component that no configuration can hold
     */
    public static <T extends Record> T read(Path file, Class<T> type) {
        return read(file, type, List.of());
    }

    /**
     * Reads a file and applies settings to it.
     *
     * @param overrides settings {@code key.sub=value}, applied in order. The value is YAML; an empty one unsets an
     *     optional key. List items are addressed by their index from 0, {@code stages.0.steps=100}. A map key that
     *     contains a dot cannot be addressed
     * @throws UserException if the file cannot be read, or it and the settings do not fit the record; an error in a
     *     setting is reported as {@code --set key=value: ...}
     * @throws IllegalArgumentException if the record has a component that no configuration can hold
     */
    public static <T extends Record> T read(Path file, Class<T> type, List<String> overrides) {
        return parse(text(file), file.toString(), type, overrides);
    }

    /**
     * Reads a part of a larger file. Of the top level, only the keys of the record are read, as strictly as by
     * {@link #read}; others are ignored.
     *
     * @throws UserException if the file cannot be read or the part does not fit the record
     * @throws IllegalArgumentException if the record has a component that no configuration can hold
     */
    public static <T extends Record> T readPart(Path file, Class<T> type) {
        return readPart(file, type, List.of());
    }

    /**
     * Reads a part of a larger file, as {@link #readPart(Path, Class)}, and applies settings to it.
     *
     * @param overrides as for {@link #read(Path, Class, List)}; those of other keys are ignored too
     * @throws UserException if the file cannot be read or the part does not fit the record
     * @throws IllegalArgumentException if the record has a component that no configuration can hold
     */
    public static <T extends Record> T readPart(Path file, Class<T> type, List<String> overrides) {
        Node document = new Overrides(overrides).applyTo(NodeReader.document(text(file), file.toString()));
        return RecordReader.read(document instanceof Node.Mapping whole ? part(whole, type) : document, type);
    }

    private static Node part(Node.Mapping whole, Class<?> type) {
        Map<String, Node.Entry> entries = new LinkedHashMap<>(whole.entries());
        entries.keySet().retainAll(RecordShape.of(type).keys());
        return new Node.Mapping(whole.location(), entries);
    }

    /**
     * Reads a text.
     *
     * @param sourceName the name of the text in error messages
     * @throws UserException if the text does not fit the record
     * @throws IllegalArgumentException if the record has a component that no configuration can hold
     */
    public static <T extends Record> T parse(String text, String sourceName, Class<T> type) {
        return parse(text, sourceName, type, List.of());
    }

    private static <T extends Record> T parse(String text, String sourceName, Class<T> type, List<String> overrides) {
        return RecordReader.read(new Overrides(overrides).applyTo(NodeReader.document(text, sourceName)), type);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new UserException(file + ": is not text in UTF-8; save it in that encoding", e);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    /**
     * The record in YAML, including defaults and without absent optionals. {@link #parse} reads it back to an equal
     * record.
     *
     * @throws IllegalArgumentException if the record holds what no configuration can hold, such as infinity
     */
    public static String toYaml(Record value) {
        return new Dump(BLOCK_STYLE, new OneLineTexts()).dumpToString(RecordWriter.write(value));
    }

    /**
     * The record in JSON, indented, with a final line break. {@link #parse} reads it back to an equal record.
     *
     * @throws IllegalArgumentException if the record holds what no configuration can hold, such as infinity
     */
    public static String toJson(Record value) {
        String json = Json.INDENTED.writeValueAsString(RecordWriter.write(value));
        // JSON is read as YAML. Outside strings these characters cannot occur.
        return NOT_IN_YAML
                        .matcher(json)
                        .replaceAll(match -> String.format(
                                Locale.ROOT, "\\\\u%04x", (int) match.group().charAt(0)))
                + "\n";
    }

    /**
     * Writes the record to a file atomically: JSON if the name ends in {@code .json}, otherwise YAML.
     *
     * @throws UserException if the file cannot be written
     * @throws IllegalArgumentException if the record holds what no configuration can hold, such as infinity
     */
    public static void write(Path file, Record value) {
        boolean json = file.toString().toLowerCase(Locale.ROOT).endsWith(".json");
        String text = json ? toJson(value) : toYaml(value);
        AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Writes strings of several lines in quotation marks. The library would write literal blocks, and some keys in that
     * form cannot be read back.
     */
    private static final class OneLineTexts extends StandardRepresenter {
        OneLineTexts() {
            super(BLOCK_STYLE);
            representers.put(String.class, value -> {
                String text = (String) value;
                boolean severalLines = MULTILINE_PATTERN.matcher(text).find();
                return representScalar(Tag.STR, text, severalLines ? ScalarStyle.DOUBLE_QUOTED : ScalarStyle.PLAIN);
            });
        }
    }
}
