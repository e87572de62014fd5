package org.bcm4j.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bcm4j.storage.FileFailure;

/** Unpacked content of an archive, for reading at any place. */
public final class TemporaryContent {
    private static final int BUFFER = 1 << 16;

    private TemporaryContent() {}

    /**
     * Copies a stream to a file in the system's temporary directory. The file disappears when the channel is closed or
     * the process ends.
     *
     * @param in read to its end, not closed
     * @throws IOException if the stream cannot be read
     * @throws org.bcm4j.storage.UserException if the file cannot be written, as on a full disk
     */
    public static FileChannel of(InputStream in) throws IOException {
        Path file = Files.createTempFile("bcm", ".unpacked");
        FileChannel channel = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        boolean complete = false;
        try {
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                write(file, channel, ByteBuffer.wrap(buffer, 0, read));
            }
            complete = true;
            return channel.position(0);
        } finally {
            if (!complete) {
                channel.close();
            }
        }
    }

    private static void write(Path file, FileChannel channel, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }
}
