package org.bcm4j.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.walk.Move.Source.FRESH;
import static org.bcm4j.walk.Move.Source.START;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.Move.AddNoise;
import org.bcm4j.walk.Move.Traverse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WalkTest {
    /** Scales by hand: (0.002^(1/7) + i/3·(80^(1/7) − 0.002^(1/7)))^7 for i = 2 and 1. */
    @Test
    void multistepSamplingComesBackToTheImageEachTime() {
        assertThat(Walk.multistep(1)).isEqualTo(Walk.parse("80 > 0"));
        assertThat(Walk.multistep(3)).isEqualTo(Walk.parse("80 > 0 +9.72 > 0 +0.47 > 0"));
        assertThat(Walk.multistep(1000).nfe()).isEqualTo(1000);
        assertThatThrownBy(() -> Walk.multistep(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Walk.multistep(1001))
                .isInstanceOf(UserException.class)
                .hasMessage("multistep sampling takes at most 1000 evaluations, not 1001");
    }

    @ParameterizedTest
    @CsvSource({
        "80 > 0, 1",
        "80 > 1.2 > 0, 2",
        "80 > 0 +0.2 > 0.8 > 0, 3",
        "80 > 1.2 > 0 +0.1 > 0.3 > 0, 4",
        "80 > 0.7 > 0, 2",
        "80 > 0 +0.4 > 0.8 > 0, 3",
        "80 > 0.6 > 0 +0.14 > 0.4 > 0, 4",
        "80 > 3 > 0 +0.12 > 0.4 > 0, 4",
        "80 > 0 +1.2z > 0, 2",
        "0 +0.07 > 6 > 80, 2",
        "0 +0.07 > 1.5 > 4 > 10 > 80, 4",
        "0 +0.07 > 0.4 > 1 > 2 > 0, 4",
    })
    void thePapersWalksAreWrittenCanonicallyAndCounted(String text, int nfe) {
        Walk walk = Walk.parse(text);
        assertThat(walk).hasToString(text);
        assertThat(walk.nfe()).isEqualTo(nfe);
    }

    @Test
    void movesAreReadInOrder() {
        Walk walk = Walk.parse("80 > 1.2 > 0 +0.1 > 0.3 > 0 +2z");
        assertThat(walk.moves())
                .containsExactly(
                        new Traverse(80, 1.2),
                        new Traverse(1.2, 0),
                        new AddNoise(0.1, FRESH),
                        new Traverse(0.1, 0.3),
                        new Traverse(0.3, 0),
                        new AddNoise(2, START));
        assertThat(walk.start()).isEqualTo(80);
        assertThat(walk.end()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80>0+.2>8e-1>0",
                " 80.0\t>\n0.000 + 0.20 > 0.8 > 0. ",
                "8E1 > 0.002 +2e-1 > .8e+0 > 0.0019",
                "80\u00a0>\u00a00 +0.2 > 0.8 > 0"
            })
    void everySpellingIsTheSameWalk(String text) {
        assertThat(Walk.parse(text)).isEqualTo(Walk.parse("80 > 0 +0.2 > 0.8 > 0"));
    }

    @Test
    void scalesUpToTheSmallestAreTimeZero() {
        assertThat(new Traverse(80, 0.002)).isEqualTo(new Traverse(80, 0));
        assertThat(new Traverse(80, -0.0)).isEqualTo(new Traverse(80, 0));
        assertThat(new Traverse(80, Math.nextUp(0.002))).isNotEqualTo(new Traverse(80, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0.001", "0.002", "2e-3"})
    void aWalkCanStartAtAnyScaleOfTimeZero(String zero) {
        assertThat(Walk.parse(zero + " > 80")).isEqualTo(Walk.parse("0 > 80"));
        assertThat(Walk.parse(zero + " +0.07 > 80")).isEqualTo(Walk.parse("0 +0.07 > 80"));
    }

    @Test
    void anErrorPointsAtTheCharacter() {
        assertThatThrownBy(() -> Walk.parse("80 > 90 > x"))
                .isInstanceOf(UserException.class)
                .hasMessage(String.join(
                        "\n",
                        "walk \"80 > 90 > x\", character 6: noise scale 90 is above the largest, 80",
                        "  80 > 90 > x",
                        "       ^"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                 | 1  | expected a noise scale from 0 to 80, not the end",
                "x                  | 1  | expected a noise scale from 0 to 80, not \"x\"",
                "-5 > 0             | 1  | not \"-5\"",
                "NaN > 0            | 1  | not \"NaN\"",
                "80                 | 3  | a walk needs a move after its start",
                "80 >               | 5  | not the end",
                "80 > 1.2 >> 0      | 11 | not \">\"",
                "80 0               | 4  | expected a move",
                "0x10 > 0           | 2  | not \"x10\"",
                "80d > 0            | 3  | not \"d\"",
                "80 > Infinity      | 6  | not \"Infinity\"",
                "80 > 1.2z > 0      | 9  | not \"z\"",
                "80 > 1,2           | 7  | not \",2\"",
                "80 > \u0664        | 6  | not \"\u0664\"",
                "81 > 0             | 1  | noise scale 81 is above the largest, 80",
                "0 > 1e999          | 5  | noise scale Infinity is above the largest, 80",
                "80 > 0 +80.5       | 9  | noise scale 80.5 is above the largest, 80",
                "80 > 80            | 4  | the walk is at noise scale 80 already",
                "80 > 0 > 0.001     | 8  | the walk is at noise scale 0 already",
                "80 > 0 +0.002      | 8  | noise of scale 0.002 is too small",
                "80 > 1.2 +0.2 > 0  | 10 | only, but here the walk is at 1.2; go there first, \"> 0 +0.2\"",
                "80 > 0 +0.2 +0.2z  | 13 | noise is added at time 0 only, but here the walk is at 0.2",
                "0 +0.07z > 80      | 3  | not at 80; drop the z",
                "6 > 0 +1.2 z > 0   | 7  | this walk starts at 6, not at 80",
            })
    void everyMistakeIsNamedAtItsPlace(String text, int character, String fault) {
        assertThatThrownBy(() -> Walk.parse(text))
                .isInstanceOf(UserException.class)
                .message()
                .startsWith("walk \"" + text + "\", character " + character + ": ")
                .contains(fault)
                .endsWith("\n  " + text + "\n  " + " ".repeat(character - 1) + "^");
    }

    @Test
    void anErrorKeepsATextOfManyLinesOnOne() {
        assertThatThrownBy(() -> Walk.parse("80\n>\u0085\u001b[31m"))
                .hasMessageStartingWith("walk \"80 >  [31m\", character 5: ")
                .message()
                .hasLineCount(3);
    }

    @Test
    void onlyMovesThatMeetMakeAWalk() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Walk(List.of()))
                .withMessageContaining("one move");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Walk(List.of(new Traverse(80, 1.2), new Traverse(2, 0))))
                .withMessage("the next move begins at noise scale 2, but here the walk is at 1.2; they must be equal");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Walk(List.of(new Traverse(80, 1.2), new AddNoise(2, FRESH))))
                .withMessageContaining("time 0 only");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Traverse(Double.NaN, 0))
                .withMessageContaining("NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Traverse(-1, 0))
                .withMessageContaining("-1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AddNoise(0, FRESH))
                .withMessageContaining("noise of scale 0 is too small");
    }

    @Test
    void aWalkDoesNotChangeWithTheListItWasMadeFrom() {
        List<Move> moves = new ArrayList<>(List.of(new Traverse(80, 0)));
        Walk walk = new Walk(moves);
        moves.clear();
        assertThat(walk).hasToString("80 > 0");
    }

    @Test
    void walksThatDoNotMeetAreNotJoined() {
        assertThat(Walk.parse("0 +0.07 > 80").then(Walk.parse("80 > 0"))).hasToString("0 +0.07 > 80 > 0");
        assertThatThrownBy(() -> Walk.parse("0 +0.07 > 6").then(Walk.parse("80 > 0")))
                .isInstanceOf(UserException.class)
                .hasMessage("walk \"80 > 0\" cannot follow \"0 +0.07 > 6\":"
                        + " the next move begins at noise scale 80, but here the walk is at 6; they must be equal");
        assertThatThrownBy(() -> Walk.parse("0 > 80").then(Walk.parse("80 > 0 +1.2z > 0")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("this walk starts at 0, not at 80");
    }

    @Property
    @Domain(WalkArbitraries.class)
    void parsingUndoesWriting(@ForAll Walk walk) {
        assertThat(Walk.parse(walk.toString())).isEqualTo(walk);
    }

    @Property
    @Domain(WalkArbitraries.class)
    void spacesAreFree(@ForAll Walk walk) {
        String text = walk.toString();
        assertThat(Walk.parse(text.replace(" ", ""))).isEqualTo(walk);
        assertThat(Walk.parse(text.replaceAll("(?=[>+z])|(?<=[>+z])", "\t ") + " \n"))
                .isEqualTo(walk);
    }

    @Property
    @Domain(WalkArbitraries.class)
    void eachTraversalCostsOneEvaluation(@ForAll Walk walk) {
        assertThat(walk.nfe())
                .isEqualTo(walk.toString().chars().filter(c -> c == '>').count());
    }

    @Property
    @Domain(WalkArbitraries.class)
    @Domain(DomainContext.Global.class)
    void aWalkIsTheJoinOfItsParts(@ForAll Walk walk, @ForAll @IntRange(min = 0, max = 6) int cut) {
        int middle = Math.min(cut + 1, walk.moves().size() - 1);
        List<Move> tail = walk.moves().subList(middle, walk.moves().size());
        boolean tailStandsAlone =
                tail.stream().noneMatch(move -> move instanceof AddNoise add && add.source() == START);
        if (middle > 0 && tailStandsAlone) {
            assertThat(new Walk(walk.moves().subList(0, middle)).then(new Walk(tail)))
                    .isEqualTo(walk);
        }
    }
}
