package org.bcm4j.storage;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Checks whether a path can be written, before hours of work rather than after. Permissions are not enough to know
 * (read-only disks, quotas, names that are too long), so the check creates an empty file at that place and deletes it.
 * Later errors, such as a full disk, are still reported by {@link AtomicFile} and {@link AtomicDirectory}.
 */
public final class Writability {
    private Writability() {}

    /**
     * Checks that {@link AtomicFile} can write a file.
     *
     * @throws UserException if the path is a directory, or its parent directory is not writable
     */
    public static void requireFile(Path target) {
        try {
            if (Files.isDirectory(target)) {
                throw new FileSystemException(target.toString(), null, "is a directory");
            }
            requirePlace(target);
        } catch (IOException e) {
            throw FileFailure.writing(target, e);
        }
    }

    /**
     * Checks that a directory can be written, which may exist.
     *
     * @throws UserException if the path is something else, or its parent directory is not writable
     */
    public static void requireDirectory(Path target) {
        try {
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(target)) {
                throw new NotDirectoryException(target.toString());
            }
            requirePlace(target);
        } catch (IOException e) {
            throw FileFailure.writing(target, e);
        }
    }

    /**
     * Checks that {@link AtomicDirectory} can write a directory. It moves one that exists out of the way, which is not
     * possible, or not wanted, for every directory.
     *
     * @throws UserException as {@link #requireDirectory}; also if the directory is a link or a mount point, if this
     *     process was started in it, or if its content may not be removed
     */
    public static void requireReplaceable(Path target) {
        requireDirectory(target);
        Path place = target.toAbsolutePath().normalize();
        if (!Files.isDirectory(place)) {
            return;
        }
        try {
            if (Files.isSymbolicLink(place)) {
                throw new FileSystemException(
                        target.toString(), null, "it is a link, and stays one; name the folder that it leads to");
            }
            if (Path.of("").toRealPath().startsWith(place.toRealPath())) {
                throw new FileSystemException(
                        target.toString(), null, "the program runs in this folder, so it must stay; name one in it");
            }
            if (isMountPoint(place)) {
                throw new FileSystemException(
                        target.toString(), null, "it is a mount point, and stays one; name a folder in it");
            }
            if (!Files.isWritable(place)) {
                throw new AccessDeniedException(target.toString());
            }
        } catch (IOException e) {
            throw FileFailure.writing(target, e);
        }
    }

    /** Where the system has mount points, a file has the number of its device. */
    private static boolean isMountPoint(Path directory) throws IOException {
        String device = "unix:dev";
        return directory.getFileSystem().supportedFileAttributeViews().contains("unix")
                && !Files.getAttribute(directory, device).equals(Files.getAttribute(directory.resolve(".."), device));
    }

    private static void requirePlace(Path target) throws IOException {
        Path path = target.toAbsolutePath().normalize();
        Path parent = path.getParent();
        if (parent == null) {
            throw new FileSystemException(
                    target.toString(), null, "it is the root of a file system; name a path in it");
        }
        Path place = parent;
        while (place.getParent() != null && !Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            place = place.getParent();
        }
        if (!Files.isDirectory(place)) {
            throw new NotDirectoryException(place.toString());
        }
        requireName(path);
        Path probe = TemporaryName.sibling(place.equals(parent) ? path : place.resolve("writable"));
        Files.createFile(probe);
        Files.delete(probe);
    }

    /** Even looking up a name that is too long fails. */
    private static void requireName(Path path) throws IOException {
        try {
            Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException nothingThere) {
            return;
        }
    }
}
