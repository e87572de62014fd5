package org.bcm4j.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The spelling of Java names in a configuration, and suggestions for misspelt ones. */
final class Spelling {
    private static final int LONGEST_QUOTATION = 60;

    private Spelling() {}

    /** {@code batchSize} as {@code batch_size}, {@code useFP16} as {@code use_fp16}. */
    static String snakeCase(String javaName) {
        return javaName.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .replaceAll("([A-Z])([A-Z][a-z])", "$1_$2")
                .toLowerCase(Locale.ROOT);
    }

    /** {@code LOG_NORMAL} and {@code LogNormal} as {@code log-normal}. */
    static String kebabCase(String javaName) {
        return snakeCase(javaName).replace('_', '-');
    }

    /** The end of an "unknown" message: the nearest valid name if one is near, otherwise all of them. */
    static String suggest(String wrong, Collection<String> valid) {
        if (valid.isEmpty()) {
            return "; nothing may be set here";
        }
        return nearest(wrong, valid)
                .map(name -> "; did you mean " + quote(name) + "?")
                .orElseGet(() -> "; expected one of "
                        + valid.stream().map(Spelling::quote).collect(Collectors.joining(", ")));
    }

    /** The text in quotation marks, shortened if long, without characters that would break the line of a message. */
    static String quote(String text) {
        String shown = text.length() <= LONGEST_QUOTATION ? text : text.substring(0, LONGEST_QUOTATION) + "…";
        return '"' + shown.replace("\n", "\\n").replaceAll("\\p{Cntrl}", "?") + '"';
    }

    private static Optional<String> nearest(String wrong, Collection<String> valid) {
        Optional<String> best = Optional.empty();
        int bestDistance = Math.max(2, wrong.length() / 3) + 1;
        for (String name : valid) {
            int distance = distance(wrong.toLowerCase(Locale.ROOT), name);
            // A distance as long as the name would suggest "lr" for "xy".
            if (distance < bestDistance && distance < name.length()) {
                best = Optional.of(name);
                bestDistance = distance;
            }
        }
        return best;
    }

    /** The number of insertions, deletions, substitutions and swaps of neighbours that turn one text into the other. */
    private static int distance(String from, String to) {
        int[][] edits = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                int substitution = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
                int fewest =
                        Math.min(Math.min(edits[i - 1][j], edits[i][j - 1]) + 1, edits[i - 1][j - 1] + substitution);
                boolean swapped = i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
                edits[i][j] = swapped ? Math.min(fewest, edits[i - 2][j - 2] + 1) : fewest;
            }
        }
        return edits[from.length()][to.length()];
    }
}
