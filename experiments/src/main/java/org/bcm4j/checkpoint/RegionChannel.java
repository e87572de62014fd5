package org.bcm4j.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.util.Iterator;
import java.util.List;

/** Regions of a file as one stream of bytes. */
final class RegionChannel implements ReadableByteChannel {
    private final FileChannel file;
    private final Iterator<MessagePack.Region> rest;
    private long position;
    private long end;

    RegionChannel(FileChannel file, List<MessagePack.Region> regions) {
        this.file = file;
        this.rest = regions.iterator();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        while (position == end) {
            if (!rest.hasNext()) {
                return -1;
            }
            MessagePack.Region region = rest.next();
            position = region.start();
            end = region.end();
        }
        int limit = target.limit();
        target.limit((int) Math.min(limit, target.position() + (end - position)));
        try {
            int count = file.read(target, position);
            position += Math.max(0, count);
            return count;
        } finally {
            target.limit(limit);
        }
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
