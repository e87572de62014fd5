package org.bcm4j.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class TiffTest extends DecodedPictures {
    @Test
    void samplesOfMoreThan16BitsAreRefused() throws IOException {
        ColorModel grey = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_GRAY), false, false, Transparency.OPAQUE, DataBuffer.TYPE_INT);
        BufferedImage wide = new BufferedImage(grey, grey.createCompatibleWritableRaster(2, 1), false, null);
        byte[] encoded = tiff(wide);
        assertThatThrownBy(() -> ImageFiles.decode(encoded, "a.tif"))
                .isInstanceOf(UserException.class)
                .hasMessage("a.tif holds numbers of 32 bits of unknown range; export it with 8 or 16 bits per channel");
    }

    @Test
    void tiffIsReadAndSeveralPagesAreRefused() throws IOException {
        BufferedImage page = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        page.getRaster().setSample(1, 0, 0, 77);
        assertThat(HostTensors.longs(ImageFiles.decode(tiff(page), "a.tif"))).containsExactly(0, 77);
        byte[] two = tiff(page, page);
        assertThatThrownBy(() -> ImageFiles.decode(two, "a.tif"))
                .isInstanceOf(UserException.class)
                .hasMessage("a.tif has several pages (2); save the one that you want as a PNG");
    }

    /** Its one directory names itself as the next one. */
    @Test
    void tiffDirectoriesThatLeadInACircleAreDamage() throws IOException {
        byte[] encoded = tiff(new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY));
        ByteBuffer file =
                ByteBuffer.wrap(encoded).order(encoded[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = file.getInt(4);
        int link = directory + 2 + 12 * file.getShort(directory);
        assertThat(file.getInt(link)).isZero();
        file.putInt(link, directory);
        assertThatThrownBy(() -> ImageFiles.decode(encoded, "a.tif"))
                .isInstanceOf(UserException.class)
                .hasMessage("a.tif is damaged and cannot be decoded; export it again as PNG");
    }

    /** Put together by hand: the tag 0x0112 among those that the pixels need, and two pixels behind the directory. */
    @Test
    void tiffIsTurnedUpright() {
        int[][] entries = {
            {0x0100, 4, 2}, {0x0101, 4, 1}, {0x0102, 3, 8}, {0x0103, 3, 1}, {0x0106, 3, 1},
            {0x0111, 4, 134}, {0x0112, 3, 6}, {0x0115, 3, 1}, {0x0116, 4, 1}, {0x0117, 4, 2}
        };
        ByteBuffer file = ByteBuffer.allocate(136).order(ByteOrder.LITTLE_ENDIAN);
        file.put("II".getBytes(StandardCharsets.US_ASCII)).putShort((short) 42).putInt(8);
        file.putShort((short) entries.length);
        for (int[] entry : entries) {
            file.putShort((short) entry[0]).putShort((short) entry[1]).putInt(1).putInt(entry[2]);
        }
        file.putInt(0).put(new byte[] {10, 20});
        Tensor picture = ImageFiles.decode(file.array(), "a.tif");
        assertThat(picture.shape()).containsExactly(1, 2, 1);
        assertThat(HostTensors.longs(picture)).containsExactly(10, 20);
    }

    private static byte[] tiff(BufferedImage... pages) throws IOException {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(encoded)) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (BufferedImage page : pages) {
                writer.writeToSequence(new IIOImage(page, null, null), null);
            }
            writer.endWriteSequence();
        }
        return encoded.toByteArray();
    }
}
