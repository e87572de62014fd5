package org.bcm4j.app.report;

/**
 * A word of a command line, printed so that a shell takes it for one.
 *
 * @param text any text
 */
public record ShellWord(String text) {
    /** The text itself, or in quotes where a shell would split or change it. */
    @Override
    public String toString() {
        return text.matches("[\\w./+@%=:,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
