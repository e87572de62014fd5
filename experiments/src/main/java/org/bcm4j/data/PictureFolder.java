package org.bcm4j.data;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;

/**
 * The pictures of a folder and its subfolders, including those behind links, and the other files there. Left out are
 * hidden files (including a Mac's {@code ._x.png}), the folder {@code __MACOSX}, files without the ending of a picture,
 * links that lead nowhere or in a circle, and what {@code bcm} writes next to its results ({@value #OVERVIEW},
 * {@value #COMPARISONS}).
 *
 * @param pictures in name order
 * @param leftOut in name order
 */
public record PictureFolder(Path folder, List<Path> pictures, List<Path> leftOut) {
    /** An overview picture of several results, which edits write into the folder of their results. */
    public static final String OVERVIEW = "overview.png";

    /** The folder that shows results next to their inputs, which edits write into the folder of their results. */
    public static final String COMPARISONS = "side-by-side";

    public PictureFolder {
        pictures = List.copyOf(pictures);
        leftOut = List.copyOf(leftOut);
    }

    /** @throws UserException if the folder or one of its subfolders cannot be read */
    public static PictureFolder of(Path folder) {
        List<Path> pictures = new ArrayList<>();
        List<Path> leftOut = new ArrayList<>();
        try {
            Files.walkFileTree(
                    folder,
                    EnumSet.of(FileVisitOption.FOLLOW_LINKS),
                    Integer.MAX_VALUE,
                    visitor(folder, pictures, leftOut));
        } catch (IOException e) {
            throw FileFailure.reading(folder, e);
        }
        return new PictureFolder(
                folder,
                pictures.stream().sorted().toList(),
                leftOut.stream().sorted().toList());
    }

    /**
     * Same as {@link #of}, but requires pictures. Logs one line about the files left out.
     *
     * @throws UserException if there are no pictures
     */
    public static PictureFolder ofSome(Path folder) {
        PictureFolder found = of(folder);
        if (found.pictures.isEmpty()) {
            throw new UserException(
                    folder + ": holds no pictures (" + String.join(", ", ImageFiles.ENDINGS) + "); use another folder"
                            + (found.leftOut.isEmpty() ? "" : "; it holds " + found.named(found.leftOut)));
        }
        found.reportLeftOut();
        return found;
    }

    private static FileVisitor<Path> visitor(Path root, List<Path> pictures, List<Path> leftOut) {
        return new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String name = String.valueOf(directory.getFileName());
                boolean wanted = directory.equals(root)
                        || !(isHidden(name)
                                || name.equals("__MACOSX")
                                || (name.equals(COMPARISONS) && Files.exists(directory.resolveSibling(OVERVIEW))));
                if (!wanted) {
                    leftOut.add(directory);
                }
                return wanted ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = String.valueOf(file.getFileName());
                boolean wanted = attributes.isRegularFile()
                        && !isHidden(name)
                        && ImageFiles.isPicture(name)
                        && !(name.equals(OVERVIEW) && Files.isDirectory(file.resolveSibling(COMPARISONS)));
                (wanted ? pictures : leftOut).add(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                // A circular link fails here and is left out. A folder without read permission is an error that its
                // owner must fix.
                boolean circle = failure instanceof FileSystemLoopException;
                if (!circle && (!Files.isSymbolicLink(file) || file.equals(root))) {
                    throw FileFailure.reading(file, failure);
                }
                leftOut.add(file);
                return FileVisitResult.CONTINUE;
            }
        };
    }

    private static boolean isHidden(String name) {
        return name.startsWith(".");
    }

    /**
     * The pictures by their names relative to the folder, in name order.
     *
     * @throws UserException if two pictures have the same name
     */
    public Map<String, Path> byName() {
        Map<String, Path> byName = new TreeMap<>();
        for (Path picture : pictures) {
            Path other = byName.put(name(folder.relativize(picture).toString()), picture);
            if (other != null) {
                throw new UserException(
                        picture + " and " + other + " have the same name on most systems; rename one of them");
            }
        }
        return byName;
    }

    /**
     * A picture's normalised name, for comparisons. A Mac can encode an umlaut in two characters where others use one
     * (NFD, NFC), and archives made on Windows contain {@code \} instead of {@code /}.
     */
    public static String name(String file) {
        return Normalizer.normalize(file, Normalizer.Form.NFC).replace('\\', '/');
    }

    /** Logs one line, once, with the number of files left out and the names of the first ones. */
    public void reportLeftOut() {
        named(leftOut).report(folder.toString(), pictures.size());
    }

    /** Logs one line, once, with the number of pictures that a label file does not name, if there are any. */
    void reportUnnamed(Path labelFile, Set<String> named) {
        List<Path> unnamed = pictures.stream()
                .filter(picture ->
                        !named.contains(name(folder.relativize(picture).toString())))
                .toList();
        if (!unnamed.isEmpty()) {
            LeftOut.warnOnce(folder + ": left out what " + labelFile + " does not name, " + named(unnamed));
        }
    }

    private LeftOut named(List<Path> files) {
        LeftOut named = new LeftOut();
        files.forEach(file -> named.add(folder.relativize(file) + (Files.isDirectory(file) ? "/" : "")));
        return named;
    }
}
