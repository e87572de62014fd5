package org.bcm4j.storage;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/** Paths as users write them in options and configurations, which no shell has expanded. */
public final class WrittenPath {
    private WrittenPath() {}

    /**
     * The path for a text. {@code ~} and {@code ~/…} are in the home directory, as in a shell; {@code ./~} is a file of
     * that name. If no file has this exact name, an existing file with the same name in another Unicode normal form
     * (NFC, NFD) is used.
     *
     * @throws UserException if the text is blank, or such a path is not possible on this system
     */
    public static Path of(String text) {
        if (text.isBlank()) {
            throw new UserException("\"" + text + "\" is not a file or folder; the current folder is \".\"");
        }
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

    /**
     * The text that {@link #of} reads back as {@code path}. A relative path that starts with {@code ~} gets the prefix
     * {@code ./}.
     */
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

    /** Explains an exception of the Java platform. The usual cause is a locale without the characters of the name. */
    public static String explain(InvalidPathException e) {
        String encoding = System.getProperty("sun.jnu.encoding", "").toUpperCase(Locale.ROOT);
        boolean everyCharacter = encoding.equals("UTF-8");
        return "\"" + e.getInput() + "\" cannot be the name of a file"
                + (everyCharacter
                        ? "; check the path"
                        : " in this locale (" + encoding + "); set the environment variable LC_ALL=C.UTF-8");
    }
}
