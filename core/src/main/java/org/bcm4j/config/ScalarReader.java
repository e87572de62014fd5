package org.bcm4j.config;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bcm4j.config.Node.Kind;
import org.bcm4j.config.Node.Scalar;
import org.bcm4j.storage.UserException;
import org.bcm4j.storage.WrittenPath;

/**
 * Reads one value of a simple type. Rejects every conversion that would change its meaning: text is not a number, a
 * number is not text, 1.5 is not a whole number. A whole number is accepted as a decimal one.
 *
 * @param path the dotted key of the value, for messages
 */
record ScalarReader(Node node, String path) {
    /**
     * The value as the given type.
     *
     * @throws UserException if it is of another type or out of range
     * @throws IllegalArgumentException if no configuration can hold the type
     */
    Object read(Class<?> type) {
        if (type == int.class || type == Integer.class) {
            return (int) wholeNumber(Integer.MIN_VALUE, Integer.MAX_VALUE);
        } else if (type == long.class || type == Long.class) {
            return wholeNumber(Long.MIN_VALUE, Long.MAX_VALUE);
        } else if (type == double.class || type == Double.class) {
            return number();
        } else if (type == boolean.class || type == Boolean.class) {
            return Boolean.parseBoolean(scalar(Kind.TRUTH, "true or false").text());
        } else if (type == String.class) {
            return text();
        } else if (type == Path.class) {
            return file();
        } else if (type.isEnum()) {
            return constant(type);
        }
        throw new IllegalArgumentException(
                String.format(Locale.ROOT, "%s has type %s, which a configuration cannot hold", path, type.getName()));
    }

    private long wholeNumber(long least, long greatest) {
        Scalar scalar = scalar(Kind.WHOLE_NUMBER, "a whole number");
        BigInteger value = integer(scalar);
        if (value.compareTo(BigInteger.valueOf(least)) < 0 || value.compareTo(BigInteger.valueOf(greatest)) > 0) {
            throw wrong(String.format(Locale.ROOT, "a whole number from %d to %d", least, greatest));
        }
        return value.longValue();
    }

    private double number() {
        if (node instanceof Scalar scalar) {
            if (scalar.kind() == Kind.WHOLE_NUMBER) {
                return finite(integer(scalar).doubleValue());
            }
            // YAML writes infinity and NaN with a leading dot and letters.
            if (scalar.kind() == Kind.DECIMAL_NUMBER) {
                boolean finite = !scalar.text().toLowerCase(Locale.ROOT).matches("[-+]?\\.(inf|nan)");
                return finite(finite ? decimal(scalar) : Double.NaN);
            }
        }
        throw wrong("a number");
    }

    private double finite(double value) {
        if (!Double.isFinite(value)) {
            throw wrong("a finite number");
        }
        return value;
    }

    private double decimal(Scalar scalar) {
        try {
            return Double.parseDouble(scalar.text());
        } catch (NumberFormatException e) {
            throw wrong("a number");
        }
    }

    /**
     * Octal and hexadecimal numbers have the prefixes of YAML 1.2, {@code 0o} and {@code 0x}. A leading zero alone has
     * no meaning.
     */
    private BigInteger integer(Scalar scalar) {
        String text = scalar.text();
        try {
            if (text.startsWith("0o")) {
                return new BigInteger(text.substring(2), 8);
            }
            return text.startsWith("0x") ? new BigInteger(text.substring(2), 16) : new BigInteger(text);
        } catch (NumberFormatException e) {
            throw wrong("a whole number");
        }
    }

    private String text() {
        if (node instanceof Scalar scalar && scalar.kind() != Kind.TEXT && scalar.kind() != Kind.NOTHING) {
            throw node.location()
                    .error(String.format(
                            Locale.ROOT, "expected text for %s, found %s; put it in quotes", path, node.describe()));
        }
        return scalar(Kind.TEXT, "text").text();
    }

    private Path file() {
        try {
            return WrittenPath.of(text());
        } catch (UserException e) {
            throw node.location().error(path + ": " + e.getMessage());
        }
    }

    private Object constant(Class<?> type) {
        List<?> constants = Arrays.asList(type.getEnumConstants());
        List<String> names = constants.stream().map(ScalarReader::nameOf).toList();
        if (!(node instanceof Scalar scalar) || scalar.kind() == Kind.NOTHING) {
            throw wrong("one of " + String.join(", ", names));
        }
        int index = names.indexOf(scalar.text().replace('_', '-'));
        if (index < 0) {
            String found = Spelling.quote(scalar.text());
            throw node.location()
                    .error(String.format(
                            Locale.ROOT,
                            "unknown value %s for %s%s",
                            found,
                            path,
                            Spelling.suggest(scalar.text(), names)));
        }
        return constants.get(index);
    }

    /** The name of an enum constant in a configuration. */
    static String nameOf(Object constant) {
        return Spelling.kebabCase(((Enum<?>) constant).name());
    }

    private Scalar scalar(Kind kind, String expected) {
        if (node instanceof Scalar scalar && scalar.kind() == kind) {
            return scalar;
        }
        throw wrong(expected);
    }

    private UserException wrong(String expected) {
        return node.location()
                .error(String.format(Locale.ROOT, "expected %s for %s, found %s", expected, path, node.describe()));
    }
}
