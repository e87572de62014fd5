package org.bcm4j.storage;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * Writes a directory of files (a model, a checkpoint) completely or not at all. The files go to a temporary sibling
 * directory and are flushed to the device. A rename then gives the directory its name.
 *
 * <p>No portable call swaps two directories, so replacing one takes two renames. The old one is renamed to
 * {@code .NAME.old}, the new one takes its place, and the old one is deleted. If the process is killed between the two
 * renames, {@code NAME} does not exist. {@link #recover} repairs that; call it before opening such a directory, also
 * while another process writes it. Only one process at a time can write a given directory.
 */
public final class AtomicDirectory {
    /** Writes the content of the directory. */
    @FunctionalInterface
    public interface Body {
        /** Writes all files into {@code directory}, which exists and is empty. */
        void write(Path directory) throws IOException;
    }

    private AtomicDirectory() {}

    /**
     * Writes {@code target}, creating missing parent directories and replacing an existing directory as a whole. The new
     * directory has the permissions of the old one. {@link Writability#requireReplaceable} tells before the work whether
     * this will succeed.
     *
     * @throws UserException if it cannot be written; an existing directory is then unchanged, unless only the new name
     *     could not be flushed to the device. Exceptions of the body other than {@link IOException} are passed on
     */
    public static void write(Path target, Body body) {
        write(target, body, AtomicDirectory::replace);
    }

    /**
     * Writes {@code target}, which does not exist or is empty, creating missing parent directories. It must be so at the end
     * as well: what somebody else has put there meanwhile stays, and what the body wrote is deleted.
     *
     * @throws UserException as {@link #write}, or if the directory is not empty at the end
     */
    public static void writeNew(Path target, Body body) {
        write(target, body, AtomicDirectory::fill);
    }

    /** How a directory that is written gets its name. */
    @FunctionalInterface
    private interface Placement {
        void place(Path target, Path written) throws IOException;
    }

    private static void write(Path target, Body body, Placement placement) {
        Path place = target.toAbsolutePath().normalize();
        Path parent = place.getParent();
        if (parent == null) {
            throw new UserException(
                    "cannot write " + target + ": it is the root of a file system; name a directory in it");
        }
        if (Files.exists(target) && !Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new UserException(
                    "cannot write " + target + ": it is not a directory; choose another path or remove it");
        }
        try {
            Files.createDirectories(parent);
            recover(place);
            Path temporary = Files.createDirectory(TemporaryName.sibling(place));
            try {
                body.write(temporary);
                Durability.forceTree(temporary);
                keepPermissions(place, temporary);
                placement.place(place, temporary);
            } finally {
                delete(temporary);
            }
            Durability.forceDirectory(parent);
        } catch (IOException e) {
            throw FileFailure.writing(target, e);
        }
        deleteOld(place);
    }

    /**
     * Restores the old directory if a write was interrupted between its two renames; otherwise does nothing.
     *
     * @throws UserException if the rename fails
     */
    public static void recover(Path target) {
        Path aside = aside(target);
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) || !Files.isDirectory(aside)) {
            return;
        }
        try {
            Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.exists(target)) { // otherwise its writer or another reader was faster
                throw FileFailure.writing(target, e);
            }
        }
    }

    /** Gives the replacement of a directory that exists its permissions, where the file system knows such. */
    private static void keepPermissions(Path target, Path replacement) throws IOException {
        PosixFileAttributeView kept = Files.getFileAttributeView(replacement, PosixFileAttributeView.class);
        if (kept != null && Files.exists(target)) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(target);
            if (!permissions.equals(kept.readAttributes().permissions())) {
                kept.setPermissions(permissions);
            }
        }
    }

    private static void replace(Path target, Path replacement) throws IOException {
        delete(aside(target));
        if (Files.exists(target)) {
            Files.move(target, aside(target), StandardCopyOption.ATOMIC_MOVE);
        }
        try {
            Files.move(replacement, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (Files.exists(target)) { // a reader has recovered it between the two renames
                replace(target, replacement);
                return;
            }
            recover(target);
            throw e;
        }
    }

    private static void fill(Path target, Path written) throws IOException {
        try {
            Files.deleteIfExists(target);
        } catch (DirectoryNotEmptyException e) {
            throw new UserException(
                    "cannot write " + target + ": while this was computed, something else was written there;"
                            + " choose another folder",
                    e);
        }
        Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Path aside(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".old");
    }

    private static void deleteOld(Path target) {
        try {
            delete(aside(target));
        } catch (IOException e) {
            // The new content is in place. The next write deletes what is left of the old one.
        }
    }

    /** Deletes a tree if it exists, with the directories of this user that are read-only. Links are not followed. */
    private static void delete(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                if (!Files.isWritable(directory)) {
                    directory.toFile().setWritable(true); // if this fails, deleting what is in it tells why
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
