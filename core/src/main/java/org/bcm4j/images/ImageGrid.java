package org.bcm4j.images;

import java.util.Arrays;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/**
 * Arranges a batch of images in rows and columns, row by row, with a gap between and around the images.
 *
 * @param columns images in a row, at least 1
 * @param gap pixels between and around the images, 0 or more; not magnified
 * @param background grey level of gaps and empty cells, 0 (black) to 255 (white)
 * @param magnification width and height at which a pixel is drawn, in pixels, at least 1
 */
public record ImageGrid(int columns, int gap, int background, int magnification) {
    public ImageGrid {
        if (columns < 1 || gap < 0 || background < 0 || background > 255 || magnification < 1) {
            throw new IllegalArgumentException("no grid of " + columns + " columns, gap " + gap + ", background "
                    + background + ", magnification " + magnification);
        }
    }

    /** A grid with white gaps of two pixels. */
    public static ImageGrid ofColumns(int columns) {
        return new ImageGrid(columns, 2, 255, 1);
    }

    public ImageGrid withGap(int pixels) {
        return new ImageGrid(columns, pixels, background, magnification);
    }

    public ImageGrid withBackground(int level) {
        return new ImageGrid(columns, gap, level, magnification);
    }

    public ImageGrid withMagnification(int factor) {
        return new ImageGrid(columns, gap, background, factor);
    }

    /**
     * Draws the grid.
     *
     * @param images [B,C,H,W] with B ≥ 1, uint8 or floating point in [-1,1] (see {@link Pixels#toBytes})
     * @return uint8 [C,H',W'] on the CPU
     * @throws IllegalArgumentException if {@code images} has another number of dimensions or is empty
     */
    public Tensor draw(Tensor images) {
        long[] shape = images.shape();
        if (shape.length != 4 || images.numel() == 0) {
            throw new IllegalArgumentException("a grid needs images of shape [B,C,H,W], not " + Arrays.toString(shape));
        }
        int count = Math.toIntExact(shape[0]);
        int channels = Math.toIntExact(shape[1]);
        Plane cell = new Plane(Math.toIntExact(shape[2]), Math.toIntExact(shape[3]));
        int across = Math.min(columns, count);
        int down = (count + across - 1) / across;
        Plane canvas = new Plane(origin(down, cell.height), origin(across, cell.width));
        byte[] source = Pixels.bytes(images);
        byte[] target = new byte[Math.multiplyExact(channels, canvas.size())];
        Arrays.fill(target, (byte) background);
        for (int i = 0; i < count; i++) {
            int top = origin(i / across, cell.height);
            int left = origin(i % across, cell.width);
            for (int c = 0; c < channels; c++) {
                int from = (i * channels + c) * cell.size();
                int to = c * canvas.size() + top * canvas.width + left;
                drawPlane(source, from, cell, target, to, canvas.width);
            }
        }
        return HostTensors.ofBytes(target, channels, canvas.height, canvas.width);
    }

    private void drawPlane(byte[] source, int from, Plane cell, byte[] target, int to, int stride) {
        for (int y = 0; y < cell.height * magnification; y++) {
            int row = from + y / magnification * cell.width;
            for (int x = 0; x < cell.width * magnification; x++) {
                target[to + y * stride + x] = source[row + x / magnification];
            }
        }
    }

    /** Where cell k of {@code length} pixels begins. For k equal to the number of cells, where the canvas ends. */
    private int origin(int k, int length) {
        return Math.toIntExact(gap + k * ((long) length * magnification + gap));
    }

    private record Plane(int height, int width) {
        int size() {
            return Math.multiplyExact(height, width);
        }
    }
}
