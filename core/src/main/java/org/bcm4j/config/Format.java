package org.bcm4j.config;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bcm4j.storage.UserException;

/**
 * What a file of ours says it is: words and a version, {@code bcm4j model 1}. It is looked at before the rest, which
 * another version may have put otherwise.
 */
public record Format(String kind, int version) {
    private static final Pattern TEXT = Pattern.compile("(\\S.*) ([0-9]{1,9})");

    /** @throws IllegalArgumentException if the text is not words and a version */
    public static Format of(String text) {
        return read(text).orElseThrow(() -> new IllegalArgumentException("no format: " + text));
    }

    private static Optional<Format> read(String text) {
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(new Format(matcher.group(1), Integer.parseInt(matcher.group(2))))
                : Optional.empty();
    }

    /** Of a configuration, the format alone. */
    private record Part(Optional<String> format) {}

    /**
     * Refuses a configuration of this kind that another version has written. One without a format, or of another kind, is left to whoever
     * reads the rest.
     *
     * @throws UserException if the file can not be read, or is too new or too old
     */
    public void requireVersionOf(Path configuration) {
        ConfigFile.readPart(configuration, Part.class)
                .format()
                .ifPresent(found -> requireVersion(found, configuration, "make it anew"));
    }

    /**
     * Refuses what is of this kind, but of another version.
     *
     * @param found what the file says it is
     * @param file that says it
     * @param remedy what else to do with a file that is too old than to use the version that wrote it
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
