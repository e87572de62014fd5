package org.bcm4j.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A dictionary of a checkpoint that is being read. It keeps its order. */
final class Dictionary {
    private final Map<String, Object> entries = new LinkedHashMap<>();

    /**
     * Adds an entry. The key of a number or a truth value is its text. Entries with other keys, which cannot be part of
     * a path, are ignored.
     *
     * @throws RefusedException if the key already exists
     */
    void put(Object key, Object value) {
        if (!(key instanceof String) && !(key instanceof Number) && !(key instanceof Boolean)) {
            return;
        }
        String name = key.toString();
        if (entries.putIfAbsent(name, value) != null) {
            throw RefusedException.damaged("a dictionary has the key " + RefusedException.quoted(name) + " twice");
        }
    }

    Map<String, Object> entries() {
        return Collections.unmodifiableMap(entries);
    }
}
