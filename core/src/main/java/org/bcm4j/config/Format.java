package org.bcm4j.config;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bcm4j.storage.UserException;

/**
 * The format identifier in a bcm4j file: words and a version, {@code bcm4j model 1}. It is checked before the rest,
 * which another version may have written differently.
 */
public record Format(String kind, int version) {
    private static final Pattern TEXT = Pattern.compile("(\\S.*) ([0-9]{1,9})");

    /** @throws IllegalArgumentException if the text is not words followed by a version */
    public static Format of(String text) {
        return read(text).orElseThrow(() -> new IllegalArgumentException("not a format: " + text));
    }

    private static Optional<Format> read(String text) {
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(new Format(matcher.group(1), Integer.parseInt(matcher.group(2))))
                : Optional.empty();
    }

    /** The format key of a configuration. */
    private record Part(Optional<String> format) {}

    /**
     * Rejects a configuration of this kind that another version has written. A configuration without a format, or of
     * another kind, passes; the code that reads the rest handles it.
     *
     * @throws UserException if the file cannot be read, or is too new or too old
     */
    public void requireVersionOf(Path configuration) {
        ConfigFile.readPart(configuration, Part.class)
                .format()
                .ifPresent(found -> requireVersion(found, configuration, "create it again"));
    }

    /**
     * Rejects a file of this kind but another version.
     *
     * @param found the format that the file states
     * @param file the file
     * @param remedy what to do with a file that is too old, other than using the version that wrote it
     * @throws UserException if the file is too new or too old
     */
    public void requireVersion(String found, Path file, String remedy) {
        Optional<Format> other = read(found).filter(format -> format.kind.equals(kind));
        other.filter(format -> format.version > version).ifPresent(newer -> {
            throw new UserException(file + ": is too new: it is a \"" + newer + "\", and this version of bcm4j reads \""
                    + this + "\"; use the version that wrote it, or a newer one");
        });
        other.filter(format -> format.version < version).ifPresent(older -> {
            throw new UserException(file + ": is too old: it is a \"" + older + "\", and this version of bcm4j reads \""
                    + this + "\"; " + remedy + ", or use the version that wrote it");
        });
    }

    @Override
    public String toString() {
        return kind + " " + version;
    }
}
