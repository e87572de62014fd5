package org.bcm4j.images;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import org.w3c.dom.Element;

/** The canvas of a GIF. A frame can cover only part of it; the Java platform's reader returns the frame alone. */
final class GifCanvas {
    private GifCanvas() {}

    /**
     * The frame on its canvas, which is transparent elsewhere. Returns the frame itself if it covers the whole canvas.
     */
    static BufferedImage of(ImageReader reader, BufferedImage frame) throws IOException {
        Element screen = element(reader.getStreamMetadata(), "LogicalScreenDescriptor");
        Element place = element(reader.getImageMetadata(0), "ImageDescriptor");
        int left = number(place, "imageLeftPosition");
        int top = number(place, "imageTopPosition");
        int width = number(screen, "logicalScreenWidth");
        int height = number(screen, "logicalScreenHeight");
        boolean covers = left == 0 && top == 0 && frame.getWidth() >= width && frame.getHeight() >= height;
        if (covers) {
            return frame;
        }
        BufferedImage canvas = new BufferedImage(
                Math.max(width, left + frame.getWidth()),
                Math.max(height, top + frame.getHeight()),
                BufferedImage.TYPE_INT_ARGB);
        Graphics2D graphics = canvas.createGraphics();
        graphics.drawImage(frame, left, top, null);
        graphics.dispose();
        return canvas;
    }

    private static Element element(IIOMetadata metadata, String name) {
        IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(metadata.getNativeMetadataFormatName());
        return (Element) root.getElementsByTagName(name).item(0);
    }

    private static int number(Element element, String attribute) {
        return Integer.parseInt(element.getAttribute(attribute));
    }
}
