package org.bcm4j.spark;

/**
 * What a row gives to a task.
 *
 * @param place the row's place in its batch
 * @param number decides the noise, together with the seed
 * @param label the row's class as text; empty if rows have none
 * @param values image values in [-1,1] or noise, channel by channel, row by row; empty for new images
 * @param channels 1 or 3; 0 for new images
 * @param height in pixels
 * @param width in pixels
 */
@SuppressWarnings("ArrayRecordComponent") // read only, never compared
record RowInput(int place, long number, String label, float[] values, int channels, int height, int width) {
    /** Inputs of equal shapes can be computed together. */
    record Shape(int channels, int height, int width) {}

    Shape shape() {
        return new Shape(channels, height, width);
    }
}
