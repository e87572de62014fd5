package org.bcm4j.walk;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bcm4j.storage.UserException;

/**
 * Parses one {@link Walk}:
 *
 * <pre>{@code
 * walk  = scale move {move}
 * move  = ">" scale | "+" scale ["z"]
 * scale = decimal number in [0, 80], such as 80, 0.07 or 7e-2
 * }</pre>
 *
 * An error in a number is reported at the number, an error in a move at its sign.
 */
final class WalkParser {
    private static final Pattern NUMBER = Pattern.compile("([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");

    /** The unexpected text where a number or sign belongs: everything up to the next gap or sign. */
    private static final Pattern WORD = Pattern.compile("[^\\s>+]+|.", Pattern.DOTALL);

    /** Characters that would break the line of an error message, or shift the mark below it. */
    private static final Pattern GAP = Pattern.compile("[\\p{Cc}\\p{Z}]");

    private final String text;
    private int position;

    WalkParser(String text) {
        this.text = text;
    }

    /** @throws UserException if the text is not a walk */
    Walk walk() {
        double start = NoiseScale.canonical(scale());
        List<Move> moves = new ArrayList<>();
        double here = start;
        while (!atEnd() || moves.isEmpty()) {
            Move move = move(start, here);
            moves.add(move);
            here = move.to();
        }
        return new Walk(moves);
    }

    private Move move(double start, double here) {
        if (atEnd()) {
            throw error(position, "a walk needs a move after its start, such as \"> 0\"");
        }
        int sign = position;
        try {
            Move move;
            if (accept('>')) {
                move = new Move.Traverse(here, scale());
            } else if (accept('+')) {
                move = new Move.AddNoise(scale(), accept('z') ? Move.Source.START : Move.Source.FRESH);
            } else {
                throw error(sign, "expected a move, \"> scale\" or \"+scale\" or \"+scale z\", not " + word());
            }
            Walk.admit(start, here, move);
            return move;
        } catch (IllegalArgumentException rule) {
            throw error(sign, String.valueOf(rule.getMessage()));
        }
    }

    private double scale() {
        skipGap();
        Matcher number = NUMBER.matcher(text).region(position, text.length());
        if (!number.lookingAt()) {
            throw error(
                    position,
                    "expected a noise scale from 0 to " + NoiseScale.text(NoiseScale.LARGEST) + ", not " + word());
        }
        double scale = Double.parseDouble(number.group());
        try {
            NoiseScale.canonical(scale);
        } catch (IllegalArgumentException rule) {
            throw error(position, String.valueOf(rule.getMessage()));
        }
        position = number.end();
        return scale;
    }

    private boolean accept(char sign) {
        if (atEnd() || text.charAt(position) != sign) {
            return false;
        }
        position++;
        return true;
    }

    private boolean atEnd() {
        skipGap();
        return position == text.length();
    }

    private void skipGap() {
        while (position < text.length() && isGap(text.charAt(position))) {
            position++;
        }
    }

    private static boolean isGap(char character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character);
    }

    private String word() {
        return WORD.matcher(shown())
                .region(position, text.length())
                .results()
                .findFirst()
                .map(word -> "\"" + word.group() + "\"")
                .orElse("the end");
    }

    private String shown() {
        return GAP.matcher(text).replaceAll(" ");
    }

    private UserException error(int at, String fault) {
        String line = shown();
        return new UserException("walk \"" + line + "\", character " + (at + 1) + ": " + fault + "\n  " + line + "\n  "
                + " ".repeat(at) + "^");
    }
}
