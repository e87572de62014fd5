package org.bcm4j.storage;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Whether something can be written, told before hours of work and not after them. Permissions do not tell it all
 * (read-only disks, quotas, names that are too long), so an empty file is made where it would be, and deleted. What
 * {@link AtomicFile} and {@link AtomicDirectory} meet later, such as a full disk, they still tell.
 */
public final class Writability {
    private Writability() {}

    /**
     * Refuses a file that {@link AtomicFile} could not write.
     *
     * @throws UserException if it is a directory, or its place can not be written to
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
     * Refuses a directory that {@link AtomicDirectory} could not write.
     *
     * @throws UserException if it is something else, or its place can not be written to
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

    /** Names that are too long can not even be looked for. */
    private static void requireName(Path path) throws IOException {
        try {
            Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException nothingThere) {
            return;
        }
    }
}
