package org.bcm4j.storage;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/** Paths as people write them in options and configurations, where no shell has read them. */
public final class WrittenPath {
    private WrittenPath() {}

    /**
     * The path that a text means: {@code ~} and {@code ~/…} lie in the home directory, as in a shell; a file of that name is {@code ./~}. A
     * file that is there under the same name with its umlauts in one character or in two (Unicode's NFC, NFD) is meant, too.
     *
     * @throws UserException if this system can not have such a path
     */
    public static Path of(String text) {
        try {
            if (text.equals("~") || text.startsWith("~/")) {
                return Path.of(home(text) + text.substring(1));
            }
            if (text.equals("./~") || text.startsWith("./~/")) {
                return Path.of(text.substring(2));
            }
            return Stream.of(Form.NFC, Form.NFD)
                    .map(form -> Path.of(Normalizer.normalize(text, form)))
                    .filter(other -> !Files.exists(Path.of(text)) && Files.exists(other))
                    .findFirst()
                    .orElseGet(() -> Path.of(text));
        } catch (InvalidPathException e) {
            throw new UserException(explain(e), e);
        }
    }

    /** How a path is written so that {@link #of} reads it back: the text of {@code path}, but that of a file called {@code ~}. */
    public static String text(Path path) {
        String text = path.toString();
        return text.equals("~") || text.startsWith("~/") ? "./" + text : text;
    }

    private static String home(String text) {
        String home = Objects.requireNonNullElse(System.getenv("HOME"), "");
        if (home.isEmpty()) {
            throw new UserException(text + ": there is no home directory (HOME is not set); write the whole path");
        }
        return home;
    }

    /** What an exception of the platform means: most often a locale without the characters of the name. */
    public static String explain(InvalidPathException e) {
        String encoding = System.getProperty("sun.jnu.encoding", "").toUpperCase(Locale.ROOT);
        boolean everyCharacter = encoding.equals("UTF-8");
        return "\"" + e.getInput() + "\" can not be the name of a file"
                + (everyCharacter
                        ? "; check the path"
                        : " in this locale (" + encoding + "); set the environment variable LC_ALL=C.UTF-8");
    }
}
