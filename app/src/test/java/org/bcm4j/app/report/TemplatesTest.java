package org.bcm4j.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class TemplatesTest {
    @Test
    void textIsEscapedBetweenTagsAndInAttributes() {
        assertThat(commands("<script>&")).isEqualTo("<pre><code>&lt;script&gt;&amp;</code></pre>\n");
        assertThat(picture("'\" onload=\"<&")).contains("alt=\"&#39;&#34; onload=&#34;&lt;&amp;\" width=");
    }

    @Test
    void whatNoPageCanHoldIsReplaced() {
        assertThat(commands("a\u0000b\u001Bc\uD800d\uFFFEe\uD83D\uDC62f"))
                .isEqualTo("<pre><code>a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uD83D\uDC62f</code></pre>\n");
    }

    @Test
    void theFirstCellOfARowNamesTheRow() throws Exception {
        Table table = new Table(List.of("Walk", "NFE"), List.of(Table.row(Table.code("80 > 0"), 1)));
        Element element = Markup.parse(Templates.filled("table.jte", table));
        List<Element> names = Markup.elements(element, "th");
        assertThat(names.stream().map(Element::getTextContent)).containsExactly("Walk", "NFE", "80 > 0");
        assertThat(names.stream().map(name -> name.getAttribute("scope"))).containsExactly("col", "col", "row");
        assertThat(Markup.elements(element, "code").stream().map(Element::getTextContent))
                .containsExactly("80 > 0");
        assertThat(Markup.elements(element, "td").stream().map(Element::getTextContent))
                .containsExactly("1");
    }

    @Property
    void anyTextComesBackFromAParser(@ForAll String text) throws Exception {
        String readable = text.codePoints()
                .map(c -> commands(Character.toString(c)).contains("\uFFFD") ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        assertThat(Markup.parse(commands(text)).getTextContent()).isEqualTo(readable);
        // A parser may turn line breaks and tabs in attributes into spaces.
        assertThat(Markup.parse(picture(text)).getAttribute("alt")).isEqualTo(readable.replaceAll("[\\t\\n]", " "));
    }

    private static String commands(String text) {
        return Templates.filled("commands.jte", text);
    }

    private static String picture(String alternative) {
        return Templates.filled("picture.jte", new Picture("a.png", alternative, new byte[0], 1, 1));
    }
}
