package org.bcm4j.data;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the markers of a JPEG file say of its colours.
 *
 * @param jfif whether the file calls itself JFIF, whose colours are luma and colour differences
 * @param adobeTransform the number by which Adobe's marker tells the colours, 0 for red, green and blue
 */
record JpegHeader(boolean jfif, Optional<Integer> adobeTransform, List<JpegComponent> components) {
    /** @throws IOException if the markers can not be read */
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

    /** Whether the three components are luma and colour differences: libjpeg's rule, which looks at JFIF first and guesses last. */
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

    /** Whether a component has every column of the picture and every other row. */
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
