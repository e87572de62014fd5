package org.bcm4j.app.report;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Fills the templates of {@code src/main/jte}, which the build turns into classes of this package. A template escapes
 * the text that it is given, so content of files can neither break a page nor run code in it. The pages are also
 * well-formed XML.
 */
final class Templates {
    private static final char REPLACEMENT = '\uFFFD';

    private static final TemplateEngine ENGINE = TemplateEngine.createPrecompiled(
            null, ContentType.Html, Templates.class.getClassLoader(), Templates.class.getPackageName());

    private Templates() {}

    /**
     * Fills a template. Characters that neither HTML nor XML can represent are replaced by U+FFFD.
     *
     * @param template the name of the file
     * @param data the template's only parameter
     */
    static String filled(String template, Object data) {
        StringOutput output = new StringOutput();
        ENGINE.render(template, data, output);
        StringBuilder page = new StringBuilder();
        output.toString()
                .codePoints()
                .map(character -> isAllowed(character) ? character : REPLACEMENT)
                .forEach(page::appendCodePoint);
        return page.toString();
    }

    /** The style sheet of the pages. */
    static String style() {
        try (InputStream css = Templates.class.getResourceAsStream("page.css")) {
            return new String(Objects.requireNonNull(css, "page.css").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("page.css", e);
        }
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
