package org.bcm4j.app.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.bcm4j.storage.Writability;

/**
 * The destination of a command's output, checked before the work begins.
 *
 * @param path absolute
 * @param kind the kind of output that its name implies
 */
public record Destination(Path path, Kind kind) {
    private static final Pattern EXTENSION = Pattern.compile("\\.[a-z][a-z0-9]+$");

    /**
     * Endings that imply a file, so no folder can have them. Other endings are allowed for folders, such as
     * {@code run.v2}.
     */
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

    /** The kinds of output. */
    public enum Kind {
        PICTURE("a .png file"),
        ARRAYS("a .npz file"),
        FOLDER("a folder");

        private final String description;

        Kind(String description) {
            this.description = description;
        }
    }

    /**
     * Reads {@code --out}: a {@code .png} or {@code .npz} file, or a new or empty folder.
     *
     * @param accepted the kinds that the command can write
     * @throws UserException if it is none of these or cannot be written
     */
    public static Destination of(Path out, Kind... accepted) {
        Path path = out.toAbsolutePath().normalize();
        String extension = extension(path);
        Kind kind = extension.equals(".png") ? Kind.PICTURE : extension.equals(".npz") ? Kind.ARRAYS : Kind.FOLDER;
        if (out.toString().equals("-")) {
            throw new UserException("--out -: writing to standard output is not supported; give a file or a folder");
        }
        boolean foreign = kind == Kind.FOLDER && FILES.contains(extension) && !Files.isDirectory(path);
        if (foreign || !List.of(accepted).contains(kind)) {
            throw new UserException("--out " + out + ": name "
                    + Stream.of(accepted).map(k -> k.description).collect(Collectors.joining(" or ")));
        }
        if (kind == Kind.FOLDER) {
            requireNewFolder(out);
        } else {
            Writability.requireFile(out);
        }
        return new Destination(path, kind);
    }

    /**
     * Checks the file of an option that names a picture.
     *
     * @throws UserException if it is no {@code .png} file or cannot be written
     */
    public static void requirePicture(String option, Path file) {
        if (!extension(file).equals(".png")) {
            throw new UserException(option + " " + file + ": name " + Kind.PICTURE.description);
        }
        Writability.requireFile(file);
    }

    /**
     * Checks the folder of a command that writes a folder, whatever its name.
     *
     * @throws UserException if it is a file, is not empty, or cannot be written or replaced
     */
    public static void requireNewFolder(Path out) {
        Writability.requireReplaceable(out);
        try {
            if (holdsFiles(out)) {
                throw new UserException("--out " + out + ": the folder is not empty; choose another or empty it");
            }
        } catch (IOException e) {
            throw FileFailure.writing(out, e);
        }
    }

    /**
     * Checks the file of a command that writes one kind of file.
     *
     * @param option the option with the file
     * @param ending the required ending of its name, with the dot
     * @throws UserException if its name has another ending, or it cannot be written
     */
    public static void requireFile(String option, Path file, String ending) {
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(ending)) {
            throw new UserException(option + " " + file + ": name a " + ending + " file");
        }
        Writability.requireFile(file);
    }

    /**
     * Checks the file of a command that must not replace anything.
     *
     * @throws UserException if something of that name exists, or it cannot be written
     */
    public static void requireNew(Path out) {
        if (Files.exists(out, LinkOption.NOFOLLOW_LINKS)) {
            throw new UserException("--out " + out + ": already exists; choose another name or remove it");
        }
        Writability.requireFile(out);
    }

    /**
     * The file of the same name with another ending, in the same folder, which the command writes too. Nobody has
     * written that name, so it must not be that of an input.
     *
     * @param ending with the dot
     * @param inputs the files and folders that the command reads
     * @throws UserException if it is one of the inputs, or cannot be written
     */
    public Path beside(String ending, List<Path> inputs) {
        Path file = FileNames.beside(path, ending);
        Writability.requireFile(file);
        inputs.stream()
                .flatMap(input -> InputImages.files(input).stream())
                .filter(input -> isSame(file, input))
                .findFirst()
                .ifPresent(input -> {
                    throw new UserException("--out " + path + ": " + file.getFileName()
                            + " is written beside it and would replace " + input + "; choose another name");
                });
        return file;
    }

    private static boolean isSame(Path file, Path other) {
        try {
            return Files.exists(file) && Files.exists(other) && Files.isSameFile(file, other);
        } catch (IOException e) {
            throw FileFailure.reading(other, e);
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
}
