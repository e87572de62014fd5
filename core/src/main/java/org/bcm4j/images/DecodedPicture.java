package org.bcm4j.images;

import java.util.Optional;

/**
 * A picture as stored in its file, before its orientation is applied.
 *
 * @param colours blended with white
 * @param opacity one channel of the same size, 0 (transparent) to 255 (opaque); absent if the file has no transparency
 */
record DecodedPicture(RasterPixels colours, Optional<RasterPixels> opacity) {}
