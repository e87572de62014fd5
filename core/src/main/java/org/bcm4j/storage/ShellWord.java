package org.bcm4j.storage;

/**
 * A word of a command line, quoted for a shell.
 *
 * @param text any text
 */
public record ShellWord(String text) {
    /** The text, in quotes if a shell would otherwise split or change it. */
    @Override
    public String toString() {
        return text.matches("[\\w./+@%=:,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
