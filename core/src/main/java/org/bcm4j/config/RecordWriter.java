package org.bcm4j.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.bcm4j.storage.WrittenPath;

/** Converts records to the maps, lists, numbers and strings of YAML and JSON. */
final class RecordWriter {
    private RecordWriter() {}

    /** @throws IllegalArgumentException if the record holds a value that no configuration can hold, such as infinity */
    static Map<String, Object> write(Record value) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (RecordShape.Component component : RecordShape.of(value.getClass()).components()) {
            Object held = component.of(value);
            if (!isAbsent(held)) {
                tree.put(component.key(), writeValue(held, component.type()));
            }
        }
        return tree;
    }

    private static boolean isAbsent(Object value) {
        return value.equals(Optional.empty())
                || value.equals(OptionalInt.empty())
                || value.equals(OptionalLong.empty())
                || value.equals(OptionalDouble.empty());
    }

    private static Object writeValue(Object value, Type declared) {
        if (value instanceof Optional<?> optional) {
            return writeValue(optional.orElseThrow(), lastArgument(declared));
        } else if (value instanceof OptionalInt optional) {
            return optional.getAsInt();
        } else if (value instanceof OptionalLong optional) {
            return optional.getAsLong();
        } else if (value instanceof OptionalDouble optional) {
            return writeValue(optional.getAsDouble(), double.class);
        }
        if (value instanceof Record record) {
            return writeRecord(record, declared);
        } else if (value instanceof List<?> list) {
            return list.stream()
                    .map(item -> writeValue(item, lastArgument(declared)))
                    .toList();
        } else if (value instanceof Map<?, ?> map) {
            Map<Object, Object> tree = new LinkedHashMap<>();
            map.forEach((key, item) -> tree.put(key, writeValue(item, lastArgument(declared))));
            return tree;
        } else if (value instanceof Enum<?>) {
            return ScalarReader.nameOf(value);
        } else if (value instanceof Path path) {
            return WrittenPath.text(path);
        } else if (value instanceof Double number && !Double.isFinite(number)) {
            throw new IllegalArgumentException("a configuration cannot hold " + number);
        }
        return value;
    }

    private static Map<String, Object> writeRecord(Record value, Type declared) {
        if (value.getClass() == declared) {
            return write(value);
        }
        // Declared as a sealed interface: write the kind of the record.
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(SealedShape.KIND, SealedShape.kindOf(value.getClass(), (Class<?>) declared));
        tree.putAll(write(value));
        return tree;
    }

    /** The element type of an {@code Optional<T>}, {@code List<T>} or {@code Map<String, T>}. */
    private static Type lastArgument(Type declared) {
        Type[] arguments = ((ParameterizedType) declared).getActualTypeArguments();
        return arguments[arguments.length - 1];
    }
}
