package org.bcm4j.data.packing;

import java.util.List;

/**
 * What is known of a finished file of images. It is kept next to the file until the whole set is packed.
 *
 * @param images the number of images in the file; 0 if no picture could be used, and there is no file
 * @param channels 1 if the file holds grey images, or else 3
 * @param enlarged how many pictures were smaller than the images
 * @param sha256 the file's checksum; empty without a file
 * @param leftOut the pictures that could not be used
 */
record PackedShard(int images, int channels, int enlarged, String sha256, List<LeftOut> leftOut) {
    PackedShard {
        leftOut = List.copyOf(leftOut);
    }

    /**
     * A picture that could not be used.
     *
     * @param index in its source
     * @param problem one line that names it
     */
    record LeftOut(int index, String problem) {}
}
