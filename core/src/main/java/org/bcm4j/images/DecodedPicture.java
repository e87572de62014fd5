package org.bcm4j.images;

import java.util.Optional;

/**
 * A picture as its file holds it, not yet turned upright.
 *
 * @param colours on a white ground
 * @param opacity one channel of the same size, 0 (transparent) to 255 (opaque); absent if the file knows no transparency
 */
record DecodedPicture(RasterPixels colours, Optional<RasterPixels> opacity) {}
