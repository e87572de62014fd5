package org.bcm4j.config;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bcm4j.storage.UserException;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Reads YAML 1.2 with its core schema, and therefore also JSON, which is a subset. It uses the YAML parser directly.
 * Jackson would drop information that is needed: whether {@code 1e-4} was quoted, and where each value began.
 */
final class NodeReader {
    private static final Map<Tag, Node.Kind> KINDS = Map.of(
            Tag.STR, Node.Kind.TEXT,
            Tag.INT, Node.Kind.WHOLE_NUMBER,
            Tag.FLOAT, Node.Kind.DECIMAL_NUMBER,
            Tag.BOOL, Node.Kind.TRUTH,
            Tag.NULL, Node.Kind.NOTHING);

    private final Function<Mark, Location> locate;
    private final IdentityHashMap<org.snakeyaml.engine.v2.nodes.Node, Node> read = new IdentityHashMap<>();

    private NodeReader(Function<Mark, Location> locate) {
        this.locate = locate;
    }

    /**
     * Reads a whole file.
     *
     * @param source the name of the text in error messages
     * @return the document; an empty text is an empty mapping
     * @throws UserException if the text is not one YAML document
     */
    static Node document(String text, String source) {
        // Editors on Windows start a file with a byte order mark, which is not part of the text.
        String content = text.startsWith("\uFEFF") ? text.substring(1) : text;
        NodeReader reader = new NodeReader(mark -> Location.at(source, mark.getLine() + 1, mark.getColumn() + 1));
        Location start = Location.at(source, 1, 1);
        return reader.parse(content, start).orElseGet(() -> new Node.Mapping(start, Map.of()));
    }

    /**
     * Reads one value without useful lines and columns, such as one from the command line.
     *
     * @param location the location of the whole value
     * @return the value; an empty text is {@link Node.Kind#NOTHING}
     * @throws UserException if the text is not YAML
     */
    static Node value(String text, Location location) {
        return new NodeReader(mark -> location)
                .parse(text, location)
                .orElseGet(() -> new Node.Scalar(location, Node.Kind.NOTHING, ""));
    }

    private Optional<Node> parse(String text, Location start) {
        // Lists as keys pass the parser here and are rejected later, with our own message.
        LoadSettings settings = LoadSettings.builder()
                .setSchema(new CoreSchema())
                .setAllowNonScalarKeys(true)
                .build();
        try {
            return new Compose(settings).composeString(text).map(this::convert);
        } catch (MarkedYamlEngineException e) {
            Location where = e.getProblemMark().map(locate).orElse(start);
            throw where.error("not valid YAML: " + e.getProblem(), e);
        } catch (ReaderException e) {
            Mark mark = markOf(text, e.getPosition());
            throw locate.apply(mark)
                    .error(
                            String.format(
                                    Locale.ROOT, "not valid YAML: character U+%04X is not allowed", e.getCodePoint()),
                            e);
        } catch (YamlEngineException e) {
            throw start.error("not valid YAML: " + e.getMessage(), e);
        } catch (StackOverflowError e) {
            throw start.error("lists or mappings are nested too deeply; write flatter ones", e);
        }
    }

    /** For a forbidden character, the parser reports only the number of characters before it. */
    private static Mark markOf(String text, int position) {
        String before = text.substring(0, text.offsetByCodePoints(0, position));
        int line = (int) before.chars().filter(c -> c == '\n').count();
        String lineStart = before.substring(before.lastIndexOf('\n') + 1);
        int column = lineStart.codePointCount(0, lineStart.length());
        return new Mark("", position, line, column, new int[0], 0);
    }

    private Node convert(org.snakeyaml.engine.v2.nodes.Node parsed) {
        Location location = locate(parsed);
        if (parsed.isRecursive()) {
            throw location.error("the anchor here contains itself; write the values out");
        }
        // An alias is the node it refers to. Converting each node once keeps nested aliases from growing exponentially.
        Node known = read.get(parsed);
        if (known != null) {
            return known;
        }
        Node node = parsed instanceof MappingNode mapping
                ? mapping(mapping, location)
                : parsed instanceof SequenceNode sequence
                        ? new Node.Sequence(
                                location,
                                sequence.getValue().stream().map(this::convert).toList())
                        : scalar((ScalarNode) parsed, location);
        read.put(parsed, node);
        return node;
    }

    private Node mapping(MappingNode mapping, Location location) {
        Map<String, Node.Entry> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            Location keyLocation = locate(tuple.getKeyNode());
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw keyLocation.error("a key must be a plain name");
            }
            Node.Entry earlier =
                    entries.putIfAbsent(key.getValue(), new Node.Entry(keyLocation, convert(tuple.getValueNode())));
            if (earlier != null) {
                String where = earlier.keyLocation().text();
                throw keyLocation.error(String.format(
                        Locale.ROOT, "duplicate key %s, already at %s", Spelling.quote(key.getValue()), where));
            }
        }
        return new Node.Mapping(location, Collections.unmodifiableMap(entries));
    }

    private Node scalar(ScalarNode scalar, Location location) {
        Node.Kind kind = KINDS.get(scalar.getTag());
        if (kind == null) {
            throw location.error(
                    String.format(Locale.ROOT, "the tag %s has no meaning here; remove it", scalar.getTag()));
        }
        return new Node.Scalar(location, kind, scalar.getValue());
    }

    private Location locate(org.snakeyaml.engine.v2.nodes.Node parsed) {
        return locate.apply(parsed.getStartMark().orElseThrow());
    }
}
