package org.bcm4j.data;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.regex.Pattern;

/**
 * The order in which named classes are numbered: numeric names by value, 2 before 10, then the other names
 * alphabetically.
 */
public final class ClassOrder {
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");

    /** Compares names. Names that are spelt differently are never equal. */
    public static final Comparator<String> OF_NAMES = Comparator.comparing((String name) -> !isNumber(name))
            .thenComparing(name -> isNumber(name) ? new BigDecimal(name) : BigDecimal.ZERO)
            .thenComparing(Comparator.naturalOrder());

    private ClassOrder() {}

    private static boolean isNumber(String name) {
        return NUMBER.matcher(name).matches();
    }
}
