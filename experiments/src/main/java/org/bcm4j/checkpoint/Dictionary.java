package org.bcm4j.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A dictionary of a checkpoint that is being read; keeps its order. */
final class Dictionary {
    private final Map<String, Object> entries = new LinkedHashMap<>();

    /**
     * Adds an entry; a number or a truth value serves as key by its text. Of other keys no path can be made, so their
     * entries are passed over.
     *
     * @throws RefusedException if the key is taken
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
