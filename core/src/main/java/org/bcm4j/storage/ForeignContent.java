package org.bcm4j.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Unexpected content of a file that should hold pictures, weights or arrays, after a failed download or checkout. */
public enum ForeignContent {
    LFS_POINTER(" is a Git LFS pointer and not the file itself; fetch that with: git lfs pull"),
    WEB_PAGE(" is a web page (HTML) and not the file that its name promises; download it again"),
    XML(" is XML text, such as a server's error message, and not the file that its name promises; download it again"),
    APPLE_DOUBLE(" is a Mac's companion file (AppleDouble) and not the file itself; leave it out");

    private static final int START_BYTES = 512;

    private final String advice;

    ForeignContent(String advice) {
        this.advice = advice;
    }

    /** Recognises content by its first bytes; absent if it is none of these. */
    public static Optional<ForeignContent> of(byte[] content) {
        int length = Math.min(content.length, START_BYTES);
        String start = new String(content, 0, length, StandardCharsets.ISO_8859_1);
        if (start.startsWith("version https://git-lfs.github.com/spec/")) {
            return Optional.of(LFS_POINTER);
        }
        if (start.startsWith("\0\5\26\7")) {
            return Optional.of(APPLE_DOUBLE);
        }
        // Skips the UTF-8 byte order mark, if there is one.
        String text = start.replaceFirst("^\u00ef\u00bb\u00bf", "").strip().toLowerCase(Locale.ROOT);
        if (text.startsWith("<!doctype html") || text.startsWith("<html") || text.startsWith("<head")) {
            return Optional.of(WEB_PAGE);
        }
        return text.startsWith("<?xml") ? Optional.of(XML) : Optional.empty();
    }

    /** Recognises a file; absent if it is none of these or cannot be read. */
    public static Optional<ForeignContent> of(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            return of(in.readNBytes(START_BYTES));
        } catch (IOException unreadable) {
            return Optional.empty(); // the code that reads the file reports the error
        }
    }

    /**
     * Rejects a file that is one of these.
     *
     * @throws UserException that says what the file is and what to do
     */
    public static void refuse(Path file) {
        of(file).ifPresent(foreign -> {
            throw new UserException(file + foreign.advice());
        });
    }

    /** What the file is and what to do, for appending to the file's name. */
    public String advice() {
        return advice;
    }
}
