package org.bcm4j.storage;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.zip.ZipException;

/** Explains an {@link IOException} in one line for the user who named the file, with advice. */
public final class FileFailure {
    private FileFailure() {}

    /** The error for a file that could not be read. */
    public static UserException reading(Path file, IOException cause) {
        return reading(file.toString(), cause);
    }

    /**
     * The error for a place in a file that could not be read.
     *
     * @param place such as {@code set.zip, entry a.png}
     */
    public static UserException reading(String place, IOException cause) {
        return new UserException("cannot read " + place + ": " + explain(cause), cause);
    }

    /** The error for a file or directory that could not be written. Any earlier content is unchanged. */
    public static UserException writing(Path file, IOException cause) {
        return new UserException("cannot write " + file + ": " + explain(cause), cause);
    }

    private static String explain(IOException cause) {
        if (cause instanceof NoSuchFileException || cause instanceof FileNotFoundException) {
            return "no such file; check the path";
        }
        if (cause instanceof AccessDeniedException) {
            return "permission denied; check who owns the file and its directory";
        }
        if (cause instanceof NotDirectoryException || cause instanceof FileAlreadyExistsException) {
            return "a file is where a directory is needed; choose another path";
        }
        if (cause instanceof DirectoryNotEmptyException) {
            return "a directory already has this name; choose another path or remove it";
        }
        if (cause instanceof EOFException) {
            return "it ends too early; fetch or write it again";
        }
        if (cause instanceof ZipException) {
            return "it cannot be unpacked (" + reason(cause) + "); fetch or write it again";
        }
        return explainMessage(reason(cause));
    }

    /** The operating system reports these only as text, which is the same on every system that Java runs on. */
    private static String explainMessage(String reason) {
        String lower = reason.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left")) {
            return "no space left on the device; free some or choose another disk";
        }
        if (lower.contains("quota")) {
            return "disk quota exceeded; free some space or choose another disk";
        }
        if (lower.contains("read-only")) {
            return "the file system is read-only; choose another disk";
        }
        if (lower.contains("is a directory")) {
            return "it is a directory; name a file";
        }
        if (lower.contains("name too long")) {
            return "the name is too long; choose a shorter one";
        }
        return reason;
    }

    private static String reason(IOException cause) {
        String message = cause instanceof FileSystemException failure ? failure.getReason() : cause.getMessage();
        String line = Objects.requireNonNullElse(message, cause.getClass().getSimpleName());
        return line.lines().findFirst().orElse(line);
    }
}
