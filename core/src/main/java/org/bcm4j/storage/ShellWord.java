package org.bcm4j.storage;

import java.nio.file.Path;

/**
 * A word of a command line, quoted for a shell.
 *
 * @param text any text
 */
public record ShellWord(String text) {
    public ShellWord(Path path) {
        this(path.toString());
    }

    /** The text, in quotes if a shell would otherwise split or change it. */
    @Override
    public String toString() {
        return text.matches("[\\w./+@%=:,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
