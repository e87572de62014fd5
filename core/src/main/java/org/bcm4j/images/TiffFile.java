package org.bcm4j.images;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The directories of a TIFF file, one for each page. The Exif data of pictures in other formats has the same form.
 * Whatever the file claims, reading takes no more memory than the file.
 */
final class TiffFile {
    private static final int HEADER_BYTES = 8;
    private static final int LITTLE_ENDIAN = 0x49492a00;
    private static final int BIG_ENDIAN = 0x4d4d002a;

    /** Where the header says where the first directory is. */
    private static final int FIRST = 4;

    private static final int ENTRY_BYTES = 12;

    private static final int ORIENTATION = 0x0112;
    private static final int BYTE = 1;
    private static final int SHORT = 3;
    private static final int LONG = 4;

    private final ByteBuffer content;

    private TiffFile(ByteBuffer content) {
        this.content = content;
    }

    /** Absent if the content does not begin like a TIFF file. */
    static Optional<TiffFile> of(ByteBuffer content) {
        ByteBuffer file = content.slice();
        int mark = file.remaining() < HEADER_BYTES ? 0 : file.getInt(0);
        return mark == LITTLE_ENDIAN || mark == BIG_ENDIAN
                ? Optional.of(
                        new TiffFile(file.order(mark == BIG_ENDIAN ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)))
                : Optional.empty();
    }

    /**
     * The number of pages that are there whole. The Java platform's reader counts without end if the directories lead
     * in a circle.
     *
     * @throws IOException if they do
     */
    int pages() throws IOException {
        Set<Long> known = new HashSet<>();
        long directory = number(FIRST);
        while (directory != 0 && holds(directory, Short.BYTES) && holds(link(directory), Integer.BYTES)) {
            if (!known.add(directory)) {
                throw new IOException("its directories lead in a circle");
            }
            directory = number(link(directory));
        }
        return known.size();
    }

    /** The tag of the first page that says how its pixels are to be turned, if there is one. */
    Optional<Integer> orientation() {
        long directory = number(FIRST);
        if (!holds(directory, Short.BYTES)) {
            return Optional.empty();
        }
        long end = link(directory);
        for (long entry = directory + Short.BYTES; entry < end && holds(entry, ENTRY_BYTES); entry += ENTRY_BYTES) {
            if (Short.toUnsignedInt(content.getShort((int) entry)) == ORIENTATION) {
                return value((int) entry);
            }
        }
        return Optional.empty();
    }

    private Optional<Integer> value(int entry) {
        int at = entry + ENTRY_BYTES - Integer.BYTES;
        return switch (content.getShort(entry + Short.BYTES)) {
            case BYTE -> Optional.of((int) content.get(at));
            case SHORT -> Optional.of((int) content.getShort(at));
            case LONG -> Optional.of(content.getInt(at));
            default -> Optional.empty();
        };
    }

    /** Where a directory says where the next one is: behind its entries. */
    private long link(long directory) {
        int entries = Short.toUnsignedInt(content.getShort((int) directory));
        return directory + Short.BYTES + (long) ENTRY_BYTES * entries;
    }

    private long number(long at) {
        return Integer.toUnsignedLong(content.getInt((int) at));
    }

    private boolean holds(long at, int bytes) {
        return at <= content.limit() - bytes;
    }
}
