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
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pictures of a folder and its subfolders, those behind links too, and what else lies there. Left out are hidden files (a Mac's
 * {@code ._x.png} among them), the folder {@code __MACOSX}, files that do not end as pictures do, links that lead nowhere or in a circle,
 * and what {@code bcm} writes beside its results ({@value #OVERVIEW}, {@value #COMPARISONS}).
 *
 * @param pictures in the order of their names
 * @param leftOut in the order of their names
 */
public record PictureFolder(Path folder, List<Path> pictures, List<Path> leftOut) {
    /** A picture of several results, which edits write into the folder of their results. */
    public static final String OVERVIEW = "overview.png";

    /** The folder of results beside what they were made of, which edits write into the folder of their results. */
    public static final String COMPARISONS = "side-by-side";

    private static final Logger LOG = LoggerFactory.getLogger(PictureFolder.class);
    private static final int NAMED = 4;

    /** A folder may be read several times, for training and for test images; what is told once is enough. */
    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    public PictureFolder {
        pictures = List.copyOf(pictures);
        leftOut = List.copyOf(leftOut);
    }

    /** @throws UserException if the folder or one in it can not be read */
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
     * As {@link #of}, for those who need pictures; says in one line what was left out.
     *
     * @throws UserException if there are none
     */
    public static PictureFolder ofSome(Path folder) {
        PictureFolder found = of(folder);
        if (found.pictures.isEmpty()) {
            throw new UserException(
                    folder + ": holds no pictures (" + String.join(", ", ImageFiles.ENDINGS) + "); name another folder"
                            + (found.leftOut.isEmpty() ? "" : "; it holds " + found.namesOfLeftOut()));
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
                // A link in a circle fails here; a folder that may not be read is for its owner to mend.
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
     * The pictures by their names relative to the folder, in the order of the names.
     *
     * @throws UserException if two pictures have one name
     */
    public Map<String, Path> byName() {
        Map<String, Path> byName = new TreeMap<>();
        for (Path picture : pictures) {
            Path other = byName.put(name(folder.relativize(picture).toString()), picture);
            if (other != null) {
                throw new UserException(
                        picture + " and " + other + " have one name to most systems; rename one of them");
            }
        }
        return byName;
    }

    /**
     * A picture's name as it is compared: a Mac may spell an umlaut in two characters where others use one (NFD, NFC), and names from
     * archives made on Windows hold {@code \} for {@code /}.
     */
    public static String name(String file) {
        return Normalizer.normalize(file, Normalizer.Form.NFC).replace('\\', '/');
    }

    /** Says in one line, once, how many files were left out, and names the first. */
    public void reportLeftOut() {
        if (!leftOut.isEmpty()) {
            tell(folder + ": read " + pictures.size() + " pictures, left out " + namesOfLeftOut());
        }
    }

    /** Says in one line, once, how many pictures a label file does not name, if it does not name all. */
    void reportUnnamed(Path labelFile, Set<String> named) {
        List<Path> unnamed = pictures.stream()
                .filter(picture ->
                        !named.contains(name(folder.relativize(picture).toString())))
                .toList();
        if (!unnamed.isEmpty()) {
            PictureFolder others = new PictureFolder(folder, pictures, unnamed);
            tell(folder + ": left out what " + labelFile + " does not name, " + others.namesOfLeftOut());
        }
    }

    private static void tell(String line) {
        if (TOLD.add(line)) {
            LOG.warn(line);
        }
    }

    /** {@code 12 others (a.heic, b.heic, notes.txt, __MACOSX/ and 8 more)}. */
    private String namesOfLeftOut() {
        String names = leftOut.stream()
                .limit(NAMED)
                .map(path -> folder.relativize(path) + (Files.isDirectory(path) ? "/" : ""))
                .collect(Collectors.joining(", "));
        int more = leftOut.size() - NAMED;
        return leftOut.size()
                + (leftOut.size() == 1 ? " other (" : " others (")
                + names
                + (more > 0 ? " and " + more + " more)" : ")");
    }
}
