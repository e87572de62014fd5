package org.bcm4j.data.packing;

import java.io.Serializable;

/**
 * How pictures are packed.
 *
 * @param side height and width of the images
 * @param shardSize the number of pictures that a file of images stands for
 * @param skipsBad whether pictures that cannot be decoded are left out, and do not end the work
 */
public record PackingSettings(int side, int shardSize, boolean skipsBad) implements Serializable {
    /** The largest height and width. */
    public static final int MOST_SIDE = 4096;

    private static final int MOST_PICTURES = 1 << 16;
    private static final long MOST_BYTES = 1L << 30;

    public PackingSettings {
        if (side < 1 || side > MOST_SIDE || shardSize < 1) {
            throw new IllegalArgumentException("no files of " + shardSize + " images of side " + side);
        }
    }

    /** The most pictures in a file: 65,536, or what 1 GiB holds in colour. */
    public static int mostPictures(int side) {
        return (int) Math.max(1, Math.min(MOST_PICTURES, MOST_BYTES / (3L * side * side)));
    }
}
