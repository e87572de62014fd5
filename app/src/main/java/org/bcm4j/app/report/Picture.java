package org.bcm4j.app.report;

import java.util.Base64;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.ImageGrid;
import org.bytedeco.pytorch.Tensor;

/**
 * A picture of a page: a PNG file that lies beside the page and, so that the page can travel alone, is also part of it.
 *
 * @param file its name in the page's folder
 * @param alternative what it shows, for those who do not see it
 * @param png content of the file
 * @param width in pixels
 * @param height in pixels
 */
@SuppressWarnings("ArrayRecordComponent") // written as it is, never compared
record Picture(String file, String alternative, byte[] png, int width, int height) {
    /** Between images: dark enough for black borders to stay calm, light enough to tell images apart. */
    private static final int GAP_GREY = 56;

    /**
     * Images in rows, one file pixel each of theirs.
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

    /** The image element; the style sheet magnifies it by whole numbers, as far as there is room. */
    Html html() {
        return Html.of("""
            <img src="data:image/png;base64,%s" alt="%s" width="%s" height="%s" style="--pixels: %s" />\
            """, Base64.getEncoder().encodeToString(png), alternative, width, height, width);
    }
}
