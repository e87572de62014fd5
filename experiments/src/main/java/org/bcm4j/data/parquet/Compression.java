package org.bcm4j.data.parquet;

import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.format.CompressionCodec;

/** How pages are compressed. The codecs that are read are pure Java: none needs a native library. */
enum Compression {
    UNCOMPRESSED(1),
    SNAPPY(22),
    GZIP(1032),
    ZSTD(1 << 15),
    LZ4_RAW(255);

    /** How many bytes a compressed byte stands for at most. */
    private final int mostRatio;

    Compression(int mostRatio) {
        this.mostRatio = mostRatio;
    }

    /** Absent if pages with the codec are not read. */
    static Optional<Compression> of(CompressionCodec codec) {
        return Stream.of(values())
                .filter(compression -> compression.name().equals(codec.name()))
                .findFirst();
    }

    /** All of them, for messages. */
    static String names() {
        return Stream.of(values())
                .map(compression -> compression.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    /**
     * Decompresses the end of an array. The result may be the array itself.
     *
     * @param from where the compressed bytes begin; they reach to the end
     * @param size the number of bytes that they stand for
     * @throws IOException if they stand for another number; damaged bytes also cause some RuntimeExceptions
     */
    byte[] unpacked(byte[] packed, int from, int size) throws IOException {
        if (size > (long) mostRatio * (packed.length - from)) {
            throw new IOException("an impossible size of " + size + " bytes"); // for which memory would be set aside
        }
        return switch (this) {
            case UNCOMPRESSED ->
                complete(
                        from == 0 ? packed : Arrays.copyOfRange(packed, from, packed.length),
                        packed.length - from,
                        size);
            case SNAPPY -> unpacked(new SnappyDecompressor(), packed, from, size);
            case GZIP -> gunzipped(packed, from, size);
            case ZSTD -> unpacked(new ZstdDecompressor(), packed, from, size);
            case LZ4_RAW -> unpacked(new Lz4Decompressor(), packed, from, size);
        };
    }

    private static byte[] unpacked(Decompressor decompressor, byte[] packed, int from, int size) throws IOException {
        byte[] content = new byte[size];
        return complete(content, decompressor.decompress(packed, from, packed.length - from, content, 0, size), size);
    }

    private static byte[] gunzipped(byte[] packed, int from, int size) throws IOException {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed, from, packed.length - from))) {
            byte[] content = in.readNBytes(size);
            return complete(content, content.length, size);
        }
    }

    private static byte[] complete(byte[] content, int count, int size) throws IOException {
        if (count != size) {
            throw new EOFException(count + " bytes in place of " + size);
        }
        return content;
    }
}
