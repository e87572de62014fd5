package org.bcm4j.app;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bcm4j.data.ImageFiles;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;

/**
 * Where a command's output goes, checked before the work begins.
 *
 * @param path absolute
 * @param kind what its name says it is
 */
record Destination(Path path, Kind kind) {
    private static final Pattern EXTENSION = Pattern.compile("\\.[a-z][a-z0-9]+$");

    /** Endings that promise a file, so that no folder may bear them; one called {@code run.v2} may be. */
    private static final Set<String> FILES = Stream.concat(
                    ImageFiles.ENDINGS.stream(),
                    Stream.of(
                            "npy",
                            "json",
                            "yaml",
                            "yml",
                            "csv",
                            "txt",
                            "html",
                            "pdf",
                            "svg",
                            "zip",
                            "gz",
                            "pt",
                            "pth",
                            "onnx",
                            "ckpt",
                            "safetensors",
                            "mp4",
                            "heic",
                            "avif"))
            .map(ending -> "." + ending)
            .collect(Collectors.toUnmodifiableSet());

    /** What can be written. */
    enum Kind {
        PICTURE("a .png file"),
        ARRAYS("a .npz file"),
        FOLDER("a folder");

        private final String description;

        Kind(String description) {
            this.description = description;
        }
    }

    /**
     * Reads {@code --out}: a {@code .png} or {@code .npz} file, or a folder, new or empty.
     *
     * @param accepted the kinds that the command can write
     * @throws UserException if it is none of these or can not be written
     */
    static Destination of(Path out, Kind... accepted) {
        Path path = out.toAbsolutePath().normalize();
        String extension = extension(path);
        Kind kind = extension.equals(".png") ? Kind.PICTURE : extension.equals(".npz") ? Kind.ARRAYS : Kind.FOLDER;
        boolean foreign = kind == Kind.FOLDER && FILES.contains(extension) && !Files.isDirectory(path);
        if (foreign || !List.of(accepted).contains(kind)) {
            throw new UserException("--out " + out + ": name "
                    + Stream.of(accepted).map(k -> k.description).collect(Collectors.joining(" or ")));
        }
        try {
            if (kind == Kind.FOLDER && holdsFiles(path)) {
                throw new UserException("--out " + out + ": the folder is not empty; choose another or empty it");
            }
            requirePlace(path, kind);
        } catch (IOException e) {
            throw FileFailure.writing(out, e);
        }
        return new Destination(path, kind);
    }

    /**
     * For commands whose output may not replace anything.
     *
     * @throws UserException if there is something of that name
     */
    static void requireNew(Path out) {
        if (Files.exists(out, LinkOption.NOFOLLOW_LINKS)) {
            throw new UserException("--out " + out + ": exists already; choose another name or remove it");
        }
    }

    private static String extension(Path path) {
        return EXTENSION
                .matcher(String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT))
                .results()
                .findFirst()
                .map(match -> match.group())
                .orElse("");
    }

    private static boolean holdsFiles(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> content = Files.list(folder)) {
            return content.findAny().isPresent();
        }
    }

    private static void requirePlace(Path path, Kind kind) throws IOException {
        if (kind != Kind.FOLDER && Files.isDirectory(path)) {
            throw new IOException("is a directory");
        }
        if (kind == Kind.FOLDER && Files.exists(path) && !Files.isDirectory(path)) {
            throw new NotDirectoryException(path.toString());
        }
        Path ancestor = path;
        do {
            ancestor = ancestor.getParent();
        } while (ancestor != null && !Files.exists(ancestor, LinkOption.NOFOLLOW_LINKS));
        if (ancestor != null && !Files.isDirectory(ancestor)) {
            throw new NotDirectoryException(ancestor.toString());
        }
        if (ancestor != null && !Files.isWritable(ancestor)) {
            throw new AccessDeniedException(ancestor.toString());
        }
    }
}
