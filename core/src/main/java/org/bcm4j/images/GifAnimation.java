package org.bcm4j.images;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Animated GIF files. */
final class GifAnimation {
    private static final String FORMAT = "javax_imageio_gif_image_1.0";

    /**
     * The content of the application extension that sets the number of repeats: block 1, then 0 (endless) in two bytes.
     */
    private static final byte[] WITHOUT_END = {1, 0, 0};

    private GifAnimation() {}

    /** The content of a GIF file that shows each image for some seconds and repeats endlessly. */
    static byte[] encode(List<BufferedImage> images, double seconds) {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(encoded)) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (BufferedImage image : images) {
                ImageWriteParam settings = writer.getDefaultWriteParam();
                IIOMetadata metadata =
                        writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), settings);
                metadata.setFromTree(FORMAT, timed(metadata, Math.max(1, Math.round(seconds * 100))));
                writer.writeToSequence(new IIOImage(image, null, metadata), settings);
            }
            writer.endWriteSequence();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        } finally {
            writer.dispose();
        }
        return encoded.toByteArray();
    }

    private static IIOMetadataNode timed(IIOMetadata metadata, long hundredths) {
        IIOMetadataNode tree = (IIOMetadataNode) metadata.getAsTree(FORMAT);
        IIOMetadataNode control = new IIOMetadataNode("GraphicControlExtension");
        control.setAttribute("disposalMethod", "none");
        control.setAttribute("userInputFlag", "FALSE");
        control.setAttribute("transparentColorFlag", "FALSE");
        control.setAttribute("delayTime", Long.toString(hundredths));
        control.setAttribute("transparentColorIndex", "0");
        tree.appendChild(control);
        IIOMetadataNode application = new IIOMetadataNode("ApplicationExtension");
        application.setAttribute("applicationID", "NETSCAPE");
        application.setAttribute("authenticationCode", "2.0");
        application.setUserObject(WITHOUT_END.clone());
        IIOMetadataNode extensions = new IIOMetadataNode("ApplicationExtensions");
        extensions.appendChild(application);
        tree.appendChild(extensions);
        return tree;
    }
}
