package org.bcm4j.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Unpacked content of an archive, for reading at any place. */
public final class TemporaryContent {
    private TemporaryContent() {}

    /**
     * Copies a stream to a file in the system's temporary directory. The file disappears when the channel is closed or
     * the process ends.
     *
     * @param in read to its end, not closed
     */
    public static FileChannel of(InputStream in) throws IOException {
        Path file = Files.createTempFile("bcm", ".unpacked");
        FileChannel channel = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        boolean complete = false;
        try {
            in.transferTo(Channels.newOutputStream(channel));
            complete = true;
            return channel.position(0);
        } finally {
            if (!complete) {
                channel.close();
            }
        }
    }
}
