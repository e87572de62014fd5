package org.bcm4j.app.report;

import java.util.Base64;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.ImageGrid;
import org.bytedeco.pytorch.Tensor;

/**
 * A picture of a page: a PNG file next to the page. The page also embeds it, so that the page works alone.
 *
 * @param file its name in the page's folder
 * @param alternative description for readers who cannot see it
 * @param png content of the file
 * @param width in pixels
 * @param height in pixels
 */
@SuppressWarnings("ArrayRecordComponent") // written unchanged, never compared
record Picture(String file, String alternative, byte[] png, int width, int height) {
    /** The grey between images: dark enough not to contrast with black borders, light enough to separate images. */
    private static final int GAP_GREY = 56;

    /**
     * Images in rows, at one pixel of the file per pixel.
     *
     * @param images [B,C,H,W], uint8 or floating point in [-1,1]
     */
    static Picture sheet(String file, String alternative, Tensor images, int columns) {
        Tensor sheet =
                ImageGrid.ofColumns(columns).withGap(1).withBackground(GAP_GREY).draw(images);
        int height = Math.toIntExact(sheet.size(1));
        int width = Math.toIntExact(sheet.size(2));
        return new Picture(file, alternative, ImageFiles.png(sheet), width, height);
    }

    /** The content of the file in Base64, for the page that embeds it. */
    String base64() {
        return Base64.getEncoder().encodeToString(png);
    }
}
