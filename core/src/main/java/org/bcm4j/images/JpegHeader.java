package org.bcm4j.images;

import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.jpeg.JpegProcessingException;
import com.drew.metadata.Metadata;
import com.drew.metadata.MetadataException;
import com.drew.metadata.adobe.AdobeJpegDirectory;
import com.drew.metadata.adobe.AdobeJpegReader;
import com.drew.metadata.jfif.JfifDirectory;
import com.drew.metadata.jfif.JfifReader;
import com.drew.metadata.jpeg.JpegComponent;
import com.drew.metadata.jpeg.JpegDirectory;
import com.drew.metadata.jpeg.JpegReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the markers of a JPEG file say about its colours.
 *
 * @param jfif whether the file is marked as JFIF, whose colours are luma and colour differences
 * @param adobeTransform the colour code of Adobe's marker, 0 for red, green and blue
 */
record JpegHeader(boolean jfif, Optional<Integer> adobeTransform, List<JpegComponent> components) {
    private static final int MARK = 0xff;
    private static final int START = 0xd8;
    private static final int SCAN = 0xda;
    private static final int METADATA = 0xe1;
    private static final int PROFILE = 0xe2;
    private static final byte COMMENT = (byte) 0xfe;
    private static final int MARK_BYTES = 2;
    private static final int LENGTH_BYTES = 2;

    /** Whether a file's content begins like a JPEG. */
    static boolean isOne(byte[] encoded) {
        return encoded.length > 2 && unsigned(encoded, 0) == MARK && unsigned(encoded, 1) == START;
    }

    /** The same file with its profile turned into a comment. */
    static byte[] withoutProfile(byte[] encoded) {
        byte[] plain = encoded.clone();
        segments(encoded).filter(at -> unsigned(encoded, at + 1) == PROFILE).forEach(at -> plain[at + 1] = COMMENT);
        return plain;
    }

    /** The contents of the segments that hold metadata, such as Exif. */
    static Stream<ByteBuffer> metadata(byte[] encoded) {
        return segments(encoded)
                .filter(at -> unsigned(encoded, at + 1) == METADATA)
                .mapToObj(at -> {
                    int start = at + MARK_BYTES + LENGTH_BYTES;
                    int length = Math.min(length(encoded, at) - LENGTH_BYTES, encoded.length - start);
                    return ByteBuffer.wrap(encoded, start, Math.max(0, length));
                });
    }

    /** Where the marks of the segments before the first scan are. */
    private static IntStream segments(byte[] encoded) {
        return IntStream.iterate(
                mark(encoded, MARK_BYTES),
                at -> at <= encoded.length - MARK_BYTES - LENGTH_BYTES
                        && unsigned(encoded, at) == MARK
                        && unsigned(encoded, at + 1) != SCAN,
                at -> mark(encoded, at + MARK_BYTES + length(encoded, at)));
    }

    /** The length of a segment without its mark. */
    private static int length(byte[] encoded, int at) {
        return (unsigned(encoded, at + MARK_BYTES) << 8) + unsigned(encoded, at + MARK_BYTES + 1);
    }

    /** Where the mark begins that can be preceded by more bytes of {@code ff}. */
    private static int mark(byte[] encoded, int from) {
        int at = from;
        while (at < encoded.length - MARK_BYTES && unsigned(encoded, at) == MARK && unsigned(encoded, at + 1) == MARK) {
            at++;
        }
        return at;
    }

    private static int unsigned(byte[] encoded, int at) {
        return Byte.toUnsignedInt(encoded[at]);
    }

    /** @throws IOException if the markers cannot be read */
    static JpegHeader of(byte[] encoded) throws IOException {
        try {
            return of(JpegMetadataReader.readMetadata(
                    new ByteArrayInputStream(encoded),
                    List.of(new JpegReader(), new JfifReader(), new AdobeJpegReader())));
        } catch (JpegProcessingException | MetadataException e) {
            throw new IOException(e);
        }
    }

    private static JpegHeader of(Metadata metadata) throws MetadataException {
        JpegDirectory frame = Optional.ofNullable(metadata.getFirstDirectoryOfType(JpegDirectory.class))
                .orElseThrow(() -> new MetadataException("no frame"));
        List<JpegComponent> components = new ArrayList<>();
        for (int i = 0; i < frame.getNumberOfComponents(); i++) {
            components.add(frame.getComponent(i));
        }
        return new JpegHeader(
                metadata.containsDirectoryOfType(JfifDirectory.class),
                Optional.ofNullable(metadata.getFirstDirectoryOfType(AdobeJpegDirectory.class))
                        .map(adobe -> adobe.getInteger(AdobeJpegDirectory.TAG_COLOR_TRANSFORM)),
                components);
    }

    /**
     * Whether the three components are luma and colour differences. Follows libjpeg: JFIF decides first, a guess last.
     */
    boolean isYCbCr() {
        if (jfif) {
            return true;
        }
        return adobeTransform.map(transform -> transform != 0).orElseGet(() -> !isCalledRgb());
    }

    private boolean isCalledRgb() {
        return components.get(0).getComponentId() == 'R'
                && components.get(1).getComponentId() == 'G'
                && components.get(2).getComponentId() == 'B';
    }

    /** Whether a component has every column of the picture but only every other row. */
    boolean halvesRowsOnly(int component) {
        int columns = components.stream()
                .mapToInt(JpegComponent::getHorizontalSamplingFactor)
                .max()
                .orElseThrow();
        int rows = components.stream()
                .mapToInt(JpegComponent::getVerticalSamplingFactor)
                .max()
                .orElseThrow();
        return components.get(component).getHorizontalSamplingFactor() == columns
                && 2 * components.get(component).getVerticalSamplingFactor() == rows;
    }
}
