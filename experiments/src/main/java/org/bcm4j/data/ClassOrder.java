package org.bcm4j.data;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.regex.Pattern;

/** In which order classes are numbered that only have names: numbers in their order, 2 before 10, and then the others by their letters. */
final class ClassOrder {
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");

    /** Of names; two that are written differently are never equal. */
    static final Comparator<String> OF_NAMES = Comparator.comparing((String name) -> !isNumber(name))
            .thenComparing(name -> isNumber(name) ? new BigDecimal(name) : BigDecimal.ZERO)
            .thenComparing(Comparator.naturalOrder());

    private ClassOrder() {}

    private static boolean isNumber(String name) {
        return NUMBER.matcher(name).matches();
    }
}
