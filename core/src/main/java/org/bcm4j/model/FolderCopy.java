package org.bcm4j.model;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Set;
import org.bcm4j.storage.AtomicFile;

/**
 * Copies a folder that others may be changing. Links are copied as links. Left out are some names at the top, files
 * that are being written, and files that are deleted meanwhile.
 */
final class FolderCopy extends SimpleFileVisitor<Path> {
    private final Path source;
    private final Path copy;
    private final Set<String> leftOut;

    /** @param copy exists and is empty */
    FolderCopy(Path source, Path copy, Set<String> leftOut) {
        this.source = source;
        this.copy = copy;
        this.leftOut = Set.copyOf(leftOut);
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
        if (isLeftOut(directory)) {
            return FileVisitResult.SKIP_SUBTREE;
        }
        if (!directory.equals(source)) {
            Files.createDirectory(inCopy(directory));
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        if (isLeftOut(file)) {
            return FileVisitResult.CONTINUE;
        }
        try {
            Files.copy(file, inCopy(file), LinkOption.NOFOLLOW_LINKS, StandardCopyOption.COPY_ATTRIBUTES);
            return FileVisitResult.CONTINUE;
        } catch (IOException e) {
            return visitFileFailed(file, e);
        }
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
        boolean vanished = failure instanceof NoSuchFileException && Files.notExists(file, LinkOption.NOFOLLOW_LINKS);
        return vanished ? FileVisitResult.CONTINUE : super.visitFileFailed(file, failure);
    }

    /** The attributes come last: a directory that is read-only takes no content. */
    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
        if (!directory.equals(source) && Files.exists(directory)) {
            copyAttributes(directory, inCopy(directory));
        }
        return super.postVisitDirectory(directory, failure);
    }

    private static void copyAttributes(Path from, Path to) throws IOException {
        Files.setLastModifiedTime(to, Files.getLastModifiedTime(from));
        if (Files.getFileAttributeView(from, PosixFileAttributeView.class) != null) {
            Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(from));
        }
    }

    private boolean isLeftOut(Path path) {
        return leftOut.contains(source.relativize(path).toString())
                || AtomicFile.isTemporary(String.valueOf(path.getFileName()));
    }

    private Path inCopy(Path path) {
        return copy.resolve(source.relativize(path));
    }
}
