package org.bcm4j.config;

import java.util.List;
import java.util.Map;

/** A parsed piece of configuration with its location. */
sealed interface Node {
    Location location();

    /** A description of the node for an error message: {@code "abc"}, {@code 1.5}, {@code a list}. */
    String describe();

    /** Keys and values, in the order of the text. */
    record Mapping(Location location, Map<String, Entry> entries) implements Node {
        @Override
        public String describe() {
            return "a mapping";
        }
    }

    /** A value and the location of its key. */
    record Entry(Location keyLocation, Node value) {}

    /** A list. */
    record Sequence(Location location, List<Node> items) implements Node {
        @Override
        public String describe() {
            return "a list";
        }
    }

    /** A single value as written, with quotes and escapes resolved. */
    record Scalar(Location location, Kind kind, String text) implements Node {
        @Override
        public String describe() {
            return switch (kind) {
                case NOTHING -> "nothing";
                case TEXT -> Spelling.quote(text);
                case WHOLE_NUMBER, DECIMAL_NUMBER, TRUTH -> text;
            };
        }
    }

    /** The type of a scalar in YAML 1.2. */
    enum Kind {
        TEXT,
        WHOLE_NUMBER,
        DECIMAL_NUMBER,
        TRUTH,
        NOTHING
    }
}
