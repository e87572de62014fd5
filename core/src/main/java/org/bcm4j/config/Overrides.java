package org.bcm4j.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bcm4j.storage.UserException;

/**
 * Settings from the command line, each {@code key.sub=value}, applied to a parsed configuration. Whether a key exists
 * is not checked here. A node that a setting adds carries its own location, so later errors name
 * {@code --set key=value}.
 */
record Overrides(List<String> settings) {
    /**
     * The configuration with all settings applied; later ones override earlier ones.
     *
     * @throws UserException if a setting has no {@code =}, its value is not YAML, or its key leads through a single
     *     value
     */
    Node applyTo(Node configuration) {
        Node result = configuration;
        for (String setting : settings) {
            result = apply(result, setting);
        }
        return result;
    }

    private static Node apply(Node root, String setting) {
        Location location = new Location("--set " + setting);
        int equals = setting.indexOf('=');
        if (equals <= 0) {
            throw location.error("expected key=value, such as batch_size=64");
        }
        List<String> keys = List.of(setting.substring(0, equals).strip().split("\\.", -1));
        Node value = NodeReader.value(setting.substring(equals + 1), location);
        return replace(root, keys, 0, value);
    }

    /**
     * A copy of {@code node} in which {@code value} replaces the value at {@code keys}, starting from the key at
     * {@code depth}.
     */
    private static Node replace(Node node, List<String> keys, int depth, Node value) {
        if (depth == keys.size()) {
            return value;
        }
        Location location = value.location();
        String key = keys.get(depth);
        if (node instanceof Node.Sequence sequence) {
            int index = index(sequence, keys, depth, location);
            List<Node> items = new ArrayList<>(sequence.items());
            items.set(index, replace(items.get(index), keys, depth + 1, value));
            return new Node.Sequence(sequence.location(), Collections.unmodifiableList(items));
        }
        Node.Mapping mapping = mapping(node, keys, depth, location);
        Map<String, Node.Entry> entries = new LinkedHashMap<>(mapping.entries());
        Node inside = entries.containsKey(key) ? entries.get(key).value() : new Node.Mapping(location, Map.of());
        entries.put(key, new Node.Entry(location, replace(inside, keys, depth + 1, value)));
        return new Node.Mapping(mapping.location(), Collections.unmodifiableMap(entries));
    }

    private static Node.Mapping mapping(Node node, List<String> keys, int depth, Location location) {
        if (node instanceof Node.Mapping mapping) {
            return mapping;
        }
        if (node instanceof Node.Scalar scalar && scalar.kind() == Node.Kind.NOTHING) {
            return new Node.Mapping(location, Map.of());
        }
        String parent = String.join(".", keys.subList(0, depth));
        throw location.error(String.format(
                Locale.ROOT, "%s is %s, which has no keys", parent.isEmpty() ? "the file" : parent, node.describe()));
    }

    private static int index(Node.Sequence sequence, List<String> keys, int depth, Location location) {
        int size = sequence.items().size();
        String key = keys.get(depth);
        for (int index = 0; index < size; index++) {
            if (key.equals(Integer.toString(index))) {
                return index;
            }
        }
        String parent = String.join(".", keys.subList(0, depth));
        throw location.error(String.format(
                Locale.ROOT,
                "%s is a list of %d; %s is not an index from 0 to %d",
                parent.isEmpty() ? "the file" : parent,
                size,
                Spelling.quote(key),
                size - 1));
    }
}
