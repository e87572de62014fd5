package org.bcm4j.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A sealed interface of records as a configuration sees it: the {@code kind} key tells which of the records is meant.
 */
@SuppressWarnings("InvalidParam") // "kind" is the key, not a misspelt component
record SealedShape(Map<String, Class<?>> kinds) {
    static final String KIND = "kind";

    /** @throws IllegalArgumentException if a permitted class is no record, or two share a name */
    static SealedShape of(Class<?> type) {
        Map<String, Class<?>> kinds = new LinkedHashMap<>();
        collect(type, kinds);
        return new SealedShape(kinds);
    }

    private static void collect(Class<?> type, Map<String, Class<?>> kinds) {
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            if (permitted.isSealed()) {
                collect(permitted, kinds);
            } else if (!permitted.isRecord()) {
                throw new IllegalArgumentException(permitted.getName() + " is not a record");
            } else if (kinds.put(kindOf(permitted), permitted) != null) {
                throw new IllegalArgumentException(
                        "two records of " + type.getName() + " are called " + kindOf(permitted));
            }
        }
    }

    static String kindOf(Class<?> recordType) {
        return Spelling.kebabCase(recordType.getSimpleName());
    }
}
