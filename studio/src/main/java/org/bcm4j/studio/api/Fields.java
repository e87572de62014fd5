package org.bcm4j.studio.api;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The fields of a body, as JSON names them. */
final class Fields {
    private Fields() {}

    static List<String> names(Class<? extends Record> type) {
        return of(type).map(Fields::name).toList();
    }

    /** The fields of a body, with those of its parts. */
    static Stream<RecordComponent> of(Class<? extends Record> body) {
        return Arrays.stream(body.getRecordComponents())
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

    static @Nullable Object value(Record body, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
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
