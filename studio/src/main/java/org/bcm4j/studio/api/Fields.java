package org.bcm4j.studio.api;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The fields of a body, as JSON names them. What reflection says of a type is kept: every request asks for it. */
final class Fields {
    private static final ClassValue<List<RecordComponent>> COMPONENTS = new ClassValue<>() {
        @Override
        protected List<RecordComponent> computeValue(Class<?> type) {
            List<RecordComponent> components = List.of(type.getRecordComponents());
            components.forEach(component -> component.getAccessor().setAccessible(true));
            return components;
        }
    };

    private static final ClassValue<List<String>> NAMES = new ClassValue<>() {
        @Override
        protected List<String> computeValue(Class<?> type) {
            return of(type.asSubclass(Record.class)).map(Fields::name).toList();
        }
    };

    private Fields() {}

    /** The names of all fields of a body. */
    static List<String> names(Class<? extends Record> type) {
        return NAMES.get(type);
    }

    /** The components of a body, of which some are parts. */
    static List<RecordComponent> components(Class<? extends Record> type) {
        return COMPONENTS.get(type);
    }

    /** The fields of a body, with those of its parts. */
    static Stream<RecordComponent> of(Class<? extends Record> body) {
        return components(body).stream()
                .flatMap(component -> part(component).map(Fields::of).orElseGet(() -> Stream.of(component)));
    }

    /** The type of a part that a body shares with others: its fields are fields of the body. */
    static Optional<Class<? extends Record>> part(RecordComponent component) {
        return component.getType().isRecord()
                ? Optional.of(component.getType().asSubclass(Record.class))
                : Optional.empty();
    }

    /** {@code firstLabel} is {@code first_label}. */
    static String name(RecordComponent component) {
        return component.getName().replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    /** @param component one of {@link #components} */
    static @Nullable Object value(Record body, RecordComponent component) {
        try {
            return component.getAccessor().invoke(body);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("a record's accessor failed", e);
        }
    }

    /** A whole number without its fraction. */
    static String text(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString((long) number)
                : Double.toString(number);
    }
}
