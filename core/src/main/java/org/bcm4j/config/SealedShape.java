package org.bcm4j.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A sealed interface of records from a configuration's point of view: the {@code kind} key selects one of the records.
 */
@SuppressWarnings("InvalidParam") // "kind" is the key, not a misspelt component
record SealedShape(Map<String, Class<?>> kinds, Optional<String> defaultKind) {
    static final String KIND = "kind";

    /** @throws IllegalArgumentException if a permitted class is not a record, or two share a name */
    static SealedShape of(Class<?> type) {
        Map<String, Class<?>> kinds = new LinkedHashMap<>();
        collect(type, type, kinds);
        Optional<String> defaultKind =
                Optional.ofNullable(type.getAnnotation(Default.class)).map(Default::value);
        if (defaultKind.isPresent() && !kinds.containsKey(defaultKind.get())) {
            throw new IllegalArgumentException(type.getName() + " has no kind " + defaultKind.get());
        }
        return new SealedShape(kinds, defaultKind);
    }

    private static void collect(Class<?> root, Class<?> type, Map<String, Class<?>> kinds) {
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            if (permitted.isSealed()) {
                collect(root, permitted, kinds);
            } else if (!permitted.isRecord()) {
                throw new IllegalArgumentException(permitted.getName() + " is not a record");
            } else if (kinds.put(kindOf(permitted, root), permitted) != null) {
                throw new IllegalArgumentException(
                        "two records of " + type.getName() + " are called " + kindOf(permitted, root));
            }
        }
    }

    /**
     * The record's name, without the interface's last word if both end in it: {@code AdmConfig} of
     * {@code NetworkConfig} is adm.
     */
    static String kindOf(Class<?> recordType, Class<?> sealedType) {
        List<String> words =
                List.of(Spelling.kebabCase(recordType.getSimpleName()).split("-"));
        List<String> family =
                List.of(Spelling.kebabCase(sealedType.getSimpleName()).split("-"));
        int last = words.size() - 1;
        boolean shared = last > 0 && words.get(last).equals(family.get(family.size() - 1));
        return String.join("-", shared ? words.subList(0, last) : words);
    }
}
