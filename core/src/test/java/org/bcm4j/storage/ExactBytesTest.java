package org.bcm4j.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExactBytesTest {
    /** Gives the bytes from 1 to 5, one at a time. */
    private static ReadableByteChannel slowChannel() {
        return new ReadableByteChannel() {
            private byte next = 1;

            @Override
            public int read(ByteBuffer target) {
                if (next > 5) {
                    return -1;
                }
                target.put(next++);
                return 1;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void theNextBytesAreReadWholeOrNotAtAll() throws IOException {
        ReadableByteChannel channel = slowChannel();
        assertThat(ExactBytes.next(channel, 3)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(ExactBytes.next(channel, 0).hasRemaining()).isFalse();
        assertThatThrownBy(() -> ExactBytes.next(channel, 3))
                .isInstanceOf(EOFException.class)
                .hasMessage("2 bytes in place of 3");
    }

    @Test
    void bytesAtAPlaceLeaveThePositionAsItIs(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("a"), new byte[] {1, 2, 3, 4});
        try (FileChannel channel = FileChannel.open(file)) {
            assertThat(ExactBytes.at(channel, 1, 2)).isEqualTo(ByteBuffer.wrap(new byte[] {2, 3}));
            assertThat(channel.position()).isZero();
            assertThatThrownBy(() -> ExactBytes.at(channel, 3, 2)).isInstanceOf(EOFException.class);
        }
    }
}
