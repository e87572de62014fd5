package org.bcm4j.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class HtmlTest {
    @Test
    void textIsEscapedAndMarkupIsNot() {
        Html html = Html.of("<p title=\"%s\">%s%s 100 %%</p>", "'\"", new Html("<br />"), "<script>&");
        assertThat(html.markup()).isEqualTo("<p title=\"&#39;&quot;\"><br />&lt;script&gt;&amp; 100 %</p>");
    }

    @Test
    void whatNoPageCanHoldIsReplaced() {
        assertThat(Html.of("%s", "a\u0000b\u001Bc\uD800d\uFFFEe").markup()).isEqualTo("a\uFFFDb\uFFFDc\uFFFDd\uFFFDe");
    }

    @Property
    void anyTextComesBackFromAParser(@ForAll String text) throws Exception {
        Element element =
                Markup.parse(Html.of("<p title=\"%s\">%s</p>", text, text).markup());
        String readable = text.codePoints()
                .map(c -> Html.of("%s", Character.toString(c)).markup().equals("\uFFFD") ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        assertThat(element.getTextContent()).isEqualTo(readable);
        // A parser may turn line breaks and tabs in attributes into spaces.
        assertThat(element.getAttribute("title")).isEqualTo(readable.replaceAll("[\\t\\n]", " "));
    }
}
