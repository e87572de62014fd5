package org.bcm4j.app.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A piece of HTML that is safe to put into a page. Text enters only through {@link #of}, which escapes it, so content
 * of files can neither break a page nor run code in it. The markup is also well-formed XML.
 *
 * @param markup the HTML
 */
record Html(String markup) {
    static final Html EMPTY = new Html("");

    /**
     * Fills a template.
     *
     * @param template trusted markup with a {@code %s} for each argument, and {@code %%} for a percent sign
     * @param arguments an {@link Html} is inserted unchanged, anything else as escaped text
     */
    static Html of(String template, Object... arguments) {
        return new Html(String.format(
                Locale.ROOT,
                template,
                Arrays.stream(arguments)
                        .map(argument ->
                                argument instanceof Html html ? html.markup : escaped(String.valueOf(argument)))
                        .toArray()));
    }

    /** One piece for each item, each on its own line. */
    static <T> Html each(List<T> items, Function<T, Html> piece) {
        return new Html(items.stream().map(piece).map(Html::markup).collect(Collectors.joining("\n")));
    }

    /**
     * A table whose first column names its rows.
     *
     * @param rows each as long as the head
     */
    static Html table(List<String> head, List<List<Object>> rows) {
        return of("""
                <div class="table">
                <table>
                <thead><tr>%s</tr></thead>
                <tbody>
                %s
                </tbody>
                </table>
                </div>\
                """, each(head, title -> of("<th scope=\"col\">%s</th>", title)), each(rows, Html::row));
    }

    private static Html row(List<Object> values) {
        String cells = values.stream()
                .skip(1)
                .map(value -> of("<td>%s</td>", value).markup())
                .collect(Collectors.joining());
        return of("<tr><th scope=\"row\">%s</th>%s</tr>", values.get(0), new Html(cells));
    }

    static Html code(String text) {
        return of("<code>%s</code>", text);
    }

    /** Escapes text for use between tags and in quoted attributes. */
    private static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(character -> {
            switch (character) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.appendCodePoint(isAllowed(character) ? character : '\uFFFD');
            }
        });
        return safe.toString();
    }

    /** Neither HTML nor XML can represent other control characters and lone surrogates. */
    private static boolean isAllowed(int character) {
        return character == '\t'
                || character == '\n'
                || (character >= 0x20 && character < 0x7F)
                || (character >= 0xA0 && character < 0xD800)
                || (character > 0xDFFF && (character & 0xFFFE) != 0xFFFE);
    }
}
