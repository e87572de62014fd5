package org.bcm4j.storage;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file atomically: neither a reader nor a crash or a full disk leaves half of it. The content goes to a
 * temporary file in the same directory and is flushed to the device. An atomic rename then gives it its name. If
 * anything fails, the temporary file is deleted and the old file is unchanged.
 *
 * <p>A killed process can leave a hidden {@code .NAME.*.tmp} behind, which is safe to delete.
 */
public final class AtomicFile {
    private static final int BUFFER_BYTES = 1 << 16;

    /** Writes the content of the file. */
    @FunctionalInterface
    public interface Body<T> {
        /** Writes the whole content; the caller flushes and closes {@code out}. */
        void write(T out) throws IOException;
    }

    private AtomicFile() {}

    /** Whether a file name is that of a temporary file, of a write that is in progress or was killed. */
    public static boolean isTemporary(String name) {
        return TemporaryName.is(name);
    }

    /**
     * Writes {@code target} through a buffered stream, creating missing parent directories and replacing an existing
     * file.
     *
     * @throws UserException if the file cannot be written. Exceptions of the body other than {@link IOException} are
     *     passed on
     */
    public static void write(Path target, Body<OutputStream> body) {
        writeChannel(target, channel -> {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
            body.write(out);
            out.flush();
        });
    }

    /** As {@link #write}, for content in native memory or content that is written out of order. */
    public static void writeChannel(Path target, Body<FileChannel> body) {
        Path directory = target.toAbsolutePath().getParent();
        if (directory == null) {
            throw new UserException("cannot write " + target + ": it is a directory; name a file");
        }
        try {
            Files.createDirectories(directory);
            // Not Files.createTempFile: only the owner could read its files, even after the rename.
            Path temporary = TemporaryName.sibling(target);
            try {
                try (FileChannel channel =
                        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                    body.write(channel);
                    channel.force(true);
                }
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
            Durability.forceDirectory(directory);
        } catch (IOException e) {
            throw FileFailure.writing(target, e);
        }
    }
}
