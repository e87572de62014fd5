package org.bcm4j.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** Content that may be gzipped. */
public final class GzippedContent {
    private static final int MARK = 0x1f8b;

    private GzippedContent() {}

    /**
     * The content, unpacked if it is gzipped.
     *
     * @param content at its beginning; supports marks
     * @return the content itself, or a {@link GZIPInputStream}
     */
    public static InputStream unpacked(InputStream content) throws IOException {
        content.mark(2);
        int start = content.read() << 8 | content.read();
        content.reset();
        return start == MARK ? new GZIPInputStream(content, 1 << 16) : content;
    }
}
