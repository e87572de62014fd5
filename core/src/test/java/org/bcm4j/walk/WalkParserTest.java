package org.bcm4j.walk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.bcm4j.storage.UserException;

/** Whatever is typed, the answer is a walk or an error that points into the text. */
class WalkParserTest {
    private static final Pattern FIRST_LINE = Pattern.compile("walk \"(.*)\", character (\\d+): .+");

    @Property
    void anyTextIsAWalkOrAPointedError(@ForAll String text) {
        parsesOrPoints(text);
    }

    @Property
    void textThatLooksLikeAWalkIsOneOrAPointedError(
            @ForAll @Chars({'>', '+', ' ', '.', 'e', 'z', '-'}) @CharRange(from = '0', to = '9') @StringLength(max = 20)
                    String text) {
        parsesOrPoints(text);
    }

    @Property
    @Domain(WalkArbitraries.class)
    @Domain(DomainContext.Global.class)
    void aWalkWithATypoIsOneOrAPointedError(
            @ForAll Walk walk, @ForAll @IntRange(max = 200) int place, @ForAll char typo) {
        String text = walk.toString();
        int at = place % text.length();
        parsesOrPoints(text.substring(0, at) + typo + text.substring(at + 1));
        parsesOrPoints(text.substring(0, at) + text.substring(at + 1));
        parsesOrPoints(text.substring(0, at));
    }

    private static void parsesOrPoints(String text) {
        try {
            Walk walk = Walk.parse(text);
            assertThat(Walk.parse(walk.toString())).isEqualTo(walk);
        } catch (UserException error) {
            String[] lines = error.getMessage().split("\n");
            Matcher first = FIRST_LINE.matcher(lines[0]);
            assertThat(lines).hasSize(3);
            assertThat(first.matches()).as(lines[0]).isTrue();
            assertThat(first.group(1)).hasSameSizeAs(text);
            assertThat(lines[1]).isEqualTo("  " + first.group(1));
            int character = Integer.parseInt(first.group(2));
            assertThat(character).isBetween(1, text.length() + 1);
            assertThat(lines[2]).isEqualTo("  " + " ".repeat(character - 1) + "^");
        }
    }
}
