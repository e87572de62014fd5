package org.bcm4j.checkpoint;

import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tensors and scalars of a tree by path: the keys and indices that lead there, joined by "/". Trees of pickles can
 * share branches and contain themselves, so depth, number of steps and length of paths are limited.
 */
final class Leaves {
    private static final int MAX_DEPTH = 100;
    private static final int MAX_VISITS = 1 << 20;
    private static final long MAX_CHARACTERS = 1L << 26;

    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private final Map<String, Object> scalars = new LinkedHashMap<>();
    /** The type of the first ignored object. */
    private Optional<String> foreign = Optional.empty();

    private int visits;
    private long characters;

    /** @throws RefusedException if the tree is only a leaf, or too large, or has two leaves with the same path */
    Leaves(Object tree) {
        boolean isTree = tree instanceof Dictionary || tree instanceof Sequence || tree instanceof ForeignObject;
        if (!isTree) {
            throw RefusedException.unsupported("it is neither a dictionary nor a list");
        }
        visit("", tree, 0);
        foreign.filter(type -> tensors.isEmpty()).ifPresent(type -> {
            throw RefusedException.unsupported("it does not hold tensors, but an object"
                    + " of " + RefusedException.quoted(type)
                    + ", which could be code; nothing was run");
        });
    }

    Map<String, StoredTensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    Map<String, Object> scalars() {
        return Collections.unmodifiableMap(scalars);
    }

    private void visit(String path, Object value, int depth) {
        visits++;
        characters += path.length();
        if (depth > MAX_DEPTH || visits > MAX_VISITS || characters > MAX_CHARACTERS) {
            throw RefusedException.unsupported("it is nested too deeply or has too many entries");
        }
        if (value instanceof Dictionary dictionary) {
            dictionary.entries().forEach((key, child) -> visit(join(path, key), child, depth + 1));
        } else if (value instanceof Sequence sequence) {
            List<Object> items = sequence.items();
            for (int i = 0; i < items.size(); i++) {
                visit(join(path, Integer.toString(i)), items.get(i), depth + 1);
            }
        } else if (value instanceof ForeignObject object) {
            foreign = foreign.or(() -> Optional.of(object.type()));
            visit(path, object.entries(), depth + 1);
        } else if (value instanceof StoredTensor tensor) {
            checkUnused(path);
            tensors.put(path, tensor);
        } else if (isScalar(value)) {
            checkUnused(path);
            scalars.put(path, value);
        }
        // Other values (None, bytes, names of classes) are useless without Python.
    }

    private void checkUnused(String path) {
        if (tensors.containsKey(path) || scalars.containsKey(path)) {
            throw RefusedException.unsupported("two of its entries are called " + RefusedException.quoted(path));
        }
    }

    private static boolean isScalar(Object value) {
        return value instanceof String
                || value instanceof Long
                || value instanceof BigInteger
                || value instanceof Double
                || value instanceof Boolean;
    }

    private static String join(String path, String key) {
        return path.isEmpty() ? key : path + Checkpoint.SEPARATOR + key;
    }
}
