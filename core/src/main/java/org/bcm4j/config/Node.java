package org.bcm4j.config;

import java.util.List;
import java.util.Map;

/** A parsed piece of configuration that remembers where it was written. */
sealed interface Node {
    Location location();

    /** The node as an error message shows what was found: {@code "abc"}, {@code 1.5}, {@code a list}. */
    String describe();

    /** Keys and values, in the order of the text. */
    record Mapping(Location location, Map<String, Entry> entries) implements Node {
        @Override
        public String describe() {
            return "a mapping";
        }
    }

    /** A value and the place of the key it stands under. */
    record Entry(Location keyLocation, Node value) {}

    /** A list. */
    record Sequence(Location location, List<Node> items) implements Node {
        @Override
        public String describe() {
            return "a list";
        }
    }

    /** A single value, still in the characters it was written in (quotes and escapes resolved). */
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

    /** What YAML 1.2 takes a scalar for. */
    enum Kind {
        TEXT,
        WHOLE_NUMBER,
        DECIMAL_NUMBER,
        TRUTH,
        NOTHING
    }
}
