package org.bcm4j.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** A record class from a configuration's point of view: keys, their types and defaults, and the constructor. */
record RecordShape(Class<?> type, List<Component> components) {
    private static final Set<Class<?>> OPTIONAL_TYPES =
            Set.of(Optional.class, OptionalInt.class, OptionalLong.class, OptionalDouble.class);

    /** A component of the record, with its key. */
    record Component(String key, Type type, boolean optional, Optional<String> defaultYaml, RecordComponent reflected) {
        Object of(Object owner) {
            try {
                reflected.getAccessor().setAccessible(true);
                return reflected.getAccessor().invoke(owner);
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException("cannot read " + reflected, e);
            }
        }
    }

    /** @throws IllegalArgumentException if the class is not a record, or gives a default to an optional component */
    static RecordShape of(Class<?> type) {
        if (!type.isRecord()) {
            throw new IllegalArgumentException(type.getName() + " is not a record");
        }
        return new RecordShape(
                type,
                Arrays.stream(type.getRecordComponents())
                        .map(RecordShape::component)
                        .toList());
    }

    private static Component component(RecordComponent reflected) {
        boolean optional = OPTIONAL_TYPES.contains(reflected.getType());
        Optional<String> defaultYaml =
                Optional.ofNullable(reflected.getAnnotation(Default.class)).map(Default::value);
        if (optional && defaultYaml.isPresent()) {
            // Absence could otherwise be read but never written back.
            throw new IllegalArgumentException(reflected + " is optional and needs no @Default");
        }
        String key = Spelling.snakeCase(reflected.getName());
        return new Component(key, reflected.getGenericType(), optional, defaultYaml, reflected);
    }

    List<String> keys() {
        return components.stream().map(Component::key).toList();
    }

    /**
     * Calls the canonical constructor.
     *
     * @throws RuntimeException any exception of the constructor
     */
    Object instantiate(Object[] values) {
        Class<?>[] types = components.stream().map(c -> c.reflected().getType()).toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw new IllegalStateException("the constructor of " + type.getName() + " failed", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot construct " + type.getName(), e);
        }
    }
}
