package org.bcm4j.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.bcm4j.storage.UserException;

/** Converts parsed configuration to records, following the Java type and the tree in parallel. */
final class RecordReader {
    private RecordReader() {}

    /**
     * The record that a whole configuration describes.
     *
     * @throws UserException if the configuration does not fit the record
     * @throws IllegalArgumentException if no configuration can fit the record
     */
    static <T extends Record> T read(Node node, Class<T> type) {
        return type.cast(readRecord(node, type, ""));
    }

    /** Reads a value that is present. */
    private static Object readValue(Node node, Type type, String path) {
        if (type instanceof ParameterizedType generic) {
            return readGeneric(node, generic, path);
        }
        if (!(type instanceof Class<?> simple)) {
            throw unsupported(type, path);
        }
        if (simple.isRecord()) {
            return readRecord(node, simple, path);
        } else if (simple.isInterface() && simple.isSealed()) {
            return readSealed(node, simple, path);
        }
        return new ScalarReader(node, path).read(simple);
    }

    private static Object readGeneric(Node node, ParameterizedType type, String path) {
        Type[] arguments = type.getActualTypeArguments();
        if (type.getRawType() == List.class) {
            return readList(node, arguments[0], path);
        } else if (type.getRawType() == Map.class && arguments[0] == String.class) {
            return readMap(node, arguments[1], path);
        }
        throw unsupported(type, path);
    }

    private static List<Object> readList(Node node, Type itemType, String path) {
        if (!(node instanceof Node.Sequence sequence)) {
            throw node.location()
                    .error(String.format(Locale.ROOT, "expected a list for %s, found %s", path, node.describe()));
        }
        List<Object> items = new ArrayList<>();
        for (Node item : sequence.items()) {
            items.add(readValue(item, itemType, String.format(Locale.ROOT, "%s[%d]", path, items.size())));
        }
        return Collections.unmodifiableList(items);
    }

    private static Map<String, Object> readMap(Node node, Type valueType, String path) {
        Map<String, Object> values = new LinkedHashMap<>();
        mapping(node, path)
                .entries()
                .forEach((key, entry) -> values.put(key, readValue(entry.value(), valueType, join(path, key))));
        return Collections.unmodifiableMap(values);
    }

    private static Object readSealed(Node node, Class<?> type, String path) {
        Node.Mapping mapping = mapping(node, path);
        SealedShape shape = SealedShape.of(type);
        Map<String, Class<?>> kinds = shape.kinds();
        Optional<Node.Entry> kind = Optional.ofNullable(mapping.entries().get(SealedShape.KIND));
        String name = kind.map(entry ->
                        (String) new ScalarReader(entry.value(), join(path, SealedShape.KIND)).read(String.class))
                .or(shape::defaultKind)
                .orElseThrow(() -> mapping.location()
                        .error(String.format(
                                Locale.ROOT,
                                "missing key \"kind\" %s; it is one of %s",
                                in(path),
                                String.join(", ", kinds.keySet()))));
        if (!kinds.containsKey(name)) {
            String message = String.format(
                    Locale.ROOT,
                    "unknown kind %s %s%s",
                    Spelling.quote(name),
                    in(path),
                    Spelling.suggest(name, kinds.keySet()));
            throw kind.map(entry -> entry.value().location())
                    .orElse(mapping.location())
                    .error(message);
        }
        Map<String, Node.Entry> others = new LinkedHashMap<>(mapping.entries());
        others.remove(SealedShape.KIND);
        return readRecord(new Node.Mapping(mapping.location(), others), kinds.get(name), path);
    }

    private static Object readRecord(Node node, Class<?> type, String path) {
        Node.Mapping mapping = mapping(node, path);
        RecordShape shape = RecordShape.of(type);
        // Checked before missing keys: a misspelt key is both unknown and missing, and its location helps the user.
        refuseUnknownKeys(mapping, shape, path);
        Object[] values = shape.components().stream()
                .map(component -> readComponent(mapping, component, type, path))
                .toArray();
        try {
            return shape.instantiate(values);
        } catch (IllegalArgumentException | UserException e) {
            throw place(mapping, e).error((path.isEmpty() ? "" : path + ": ") + e.getMessage(), e);
        }
    }

    /** The location of the invalid value's key, if there is one in the configuration. */
    private static Location place(Node.Mapping mapping, RuntimeException refusal) {
        return refusal instanceof InvalidValue invalid && mapping.entries().containsKey(invalid.key())
                ? mapping.entries().get(invalid.key()).keyLocation()
                : mapping.location();
    }

    private static void refuseUnknownKeys(Node.Mapping mapping, RecordShape shape, String path) {
        List<String> keys = shape.keys();
        mapping.entries().forEach((key, entry) -> {
            if (!keys.contains(key)) {
                String message = String.format(
                        Locale.ROOT, "unknown key %s %s%s", Spelling.quote(key), in(path), Spelling.suggest(key, keys));
                throw entry.keyLocation().error(message);
            }
        });
    }

    private static Object readComponent(
            Node.Mapping mapping, RecordShape.Component component, Class<?> owner, String path) {
        String key = component.key();
        Node.Entry entry = mapping.entries().get(key);
        if (component.optional()) {
            return readOptional(Optional.ofNullable(entry).map(Node.Entry::value), component.type(), join(path, key));
        }
        if (entry != null) {
            return readValue(entry.value(), component.type(), join(path, key));
        }
        String yaml = component
                .defaultYaml()
                .orElseThrow(() -> mapping.location()
                        .error(String.format(Locale.ROOT, "missing key %s %s", Spelling.quote(key), in(path))));
        try {
            Location location = new Location("@Default of " + owner.getName() + "." + key);
            return readValue(NodeReader.value(yaml, location), component.type(), join(path, key));
        } catch (UserException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** A key without a value ({@code teacher:}) counts as absent. */
    private static Object readOptional(Optional<Node> written, Type type, String path) {
        Optional<Node> node = written.filter(value -> !isNothing(value));
        if (type == OptionalInt.class) {
            return node.map(value -> OptionalInt.of((int) readValue(value, int.class, path)))
                    .orElseGet(OptionalInt::empty);
        } else if (type == OptionalLong.class) {
            return node.map(value -> OptionalLong.of((long) readValue(value, long.class, path)))
                    .orElseGet(OptionalLong::empty);
        } else if (type == OptionalDouble.class) {
            return node.map(value -> OptionalDouble.of((double) readValue(value, double.class, path)))
                    .orElseGet(OptionalDouble::empty);
        } else if (type instanceof ParameterizedType generic) {
            return node.map(value -> readValue(value, generic.getActualTypeArguments()[0], path));
        }
        throw unsupported(type, path);
    }

    private static Node.Mapping mapping(Node node, String path) {
        if (node instanceof Node.Mapping mapping) {
            return mapping;
        }
        String place = path.isEmpty() ? "at the top level" : "for " + path;
        throw node.location()
                .error(String.format(Locale.ROOT, "expected a mapping %s, found %s", place, node.describe()));
    }

    private static boolean isNothing(Node node) {
        return node instanceof Node.Scalar scalar && scalar.kind() == Node.Kind.NOTHING;
    }

    private static String in(String path) {
        return path.isEmpty() ? "at the top level" : "in " + path;
    }

    private static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static IllegalArgumentException unsupported(Type type, String path) {
        return new IllegalArgumentException(String.format(
                Locale.ROOT, "%s has type %s, which a configuration cannot hold", path, type.getTypeName()));
    }
}
