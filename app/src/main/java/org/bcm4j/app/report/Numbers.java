package org.bcm4j.app.report;

import java.util.Locale;
import java.util.Optional;

/** Numbers as text, the same in every locale. */
final class Numbers {
    /** Stands for a number that there is not. */
    static final String ABSENT = "–";

    private Numbers() {}

    /** @param format as of {@link String#format}, for one number */
    static String number(String format, Object value) {
        return String.format(Locale.ROOT, format, value);
    }

    static String orAbsent(String format, Optional<Double> value) {
        return value.map(number -> number(format, number)).orElse(ABSENT);
    }
}
