package org.bcm4j;

import static org.bcm4j.tensor.Ops.stack;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.ImageFit;
import org.bcm4j.images.ImageGrid;
import org.bcm4j.images.Pixels;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * One or more images of the same size, as a model takes and returns them. N images of C channels (1 for grey, 3 for
 * red, green, blue) and H x W pixels. Values lie in [-1,1]: -1 is black, 1 is white. A model's output can lie slightly
 * outside; pictures made from it are clipped.
 *
 * <pre>{@code
 * Images images = Images.read(Path.of("shirt.png"), Path.of("bag.png"));
 * ImageIO.write(images.image(0), "png", new File("copy.png"));
 * }</pre>
 */
public final class Images extends ImageBatch {
    private Images(float[] values, int channels, int height, int width) {
        super(values, channels, height, width);
    }

    private Images(Tensor images) {
        super(images);
    }

    /**
     * Images from pictures in memory. A picture of a grey type, or with a grey palette, has one channel. All others
     * have three. Transparent pixels are blended with white.
     *
     * @throws IllegalArgumentException if there are none, they differ in size or channels, or are neither
     *     grey nor RGB, or their samples are not whole numbers from 0, of at most 16 bits
     */
    public static Images of(BufferedImage... pictures) {
        return of(Arrays.asList(pictures));
    }

    /** Images from pictures in memory, as {@link #of(BufferedImage...)}. */
    public static Images of(List<BufferedImage> pictures) {
        try (Scope scope = Scope.open()) {
            return ofPictures(pictures.stream()
                    .map(picture -> ImageFiles.of(picture).pixels())
                    .toList());
        }
    }

    /**
     * Images from files: PNG, JPEG, WebP, TIFF, GIF and BMP, read as {@link ImageFiles#read} describes.
     *
     * @throws UserException if a file cannot be read, or is not a valid picture
     * @throws IllegalArgumentException if there are none, or they differ in size or channels
     */
    public static Images read(Path... files) {
        try (Scope scope = Scope.open()) {
            return ofPictures(Arrays.stream(files).map(ImageFiles::read).toList());
        }
    }

    /**
     * Images from an array.
     *
     * @param values in [-1,1], image by image, channel by channel, row by row; copied
     * @param channels 1 or 3
     * @throws IllegalArgumentException if the values do not fill whole images, or are not finite
     */
    public static Images of(float[] values, int channels, int height, int width) {
        return new Images(values.clone(), channels, height, width);
    }

    /**
     * A copy of a tensor.
     *
     * @param images float32 [N,C,H,W] in [-1,1], on any device
     * @throws IllegalArgumentException if it is of another shape or type
     */
    public static Images ofTensor(Tensor images) {
        return new Images(images);
    }

    private static Images ofPictures(List<Tensor> pictures) {
        if (pictures.isEmpty()) {
            throw new IllegalArgumentException("at least one picture is needed");
        }
        long[] shape = pictures.get(0).shape();
        for (Tensor picture : pictures) {
            if (!Arrays.equals(picture.shape(), shape)) {
                throw new IllegalArgumentException(
                        "pictures of one batch must have the same channels, height and width,"
                                + " not " + Arrays.toString(shape)
                                + " and " + Arrays.toString(picture.shape()));
            }
        }
        Tensor bytes = stack(0, pictures.toArray(Tensor[]::new));
        return ofTensor(Pixels.toSignal(bytes));
    }

    /**
     * One image as a picture, clipped to [-1,1].
     *
     * @param i from 0
     * @return of type {@code TYPE_BYTE_GRAY} or {@code TYPE_INT_RGB}
     * @throws IndexOutOfBoundsException if there is no such image
     */
    public BufferedImage image(int i) {
        try (Scope scope = Scope.open()) {
            return ImageFiles.bufferedImage(select(i).tensor());
        }
    }

    /** All images as pictures, in their order. */
    public List<BufferedImage> images() {
        return IntStream.range(0, count()).mapToObj(this::image).toList();
    }

    /** One image as the content of a PNG file; {@code i} as for {@link #image}. */
    public byte[] png(int i) {
        try (Scope scope = Scope.open()) {
            return ImageFiles.png(select(i).tensor());
        }
    }

    /**
     * All images in one picture, arranged row by row.
     *
     * @param columns images in a row, at least 1
     */
    public BufferedImage grid(int columns) {
        try (Scope scope = Scope.open()) {
            return ImageFiles.bufferedImage(ImageGrid.ofColumns(columns).draw(tensor()));
        }
    }

    /** Some of the images, in the given order. Numbers count from 0. */
    public Images select(int... numbers) {
        return new Images(selected(numbers), channels(), height(), width());
    }

    /**
     * The images as squares of a given size, such as a model's.
     *
     * @param fit how images that are not square are fitted; {@link ImageFit#PAD} adds black bars
     * @param size height and width, in pixels, at least 1
     */
    public Images fitted(ImageFit fit, int size) {
        if (size < 1) {
            throw new IllegalArgumentException("the size of images must be at least 1, not " + size);
        }
        try (Scope scope = Scope.open()) {
            Tensor bytes = Pixels.toBytes(tensor());
            List<Tensor> squares = new ArrayList<>();
            for (int i = 0; i < count(); i++) {
                squares.add(fit.square(bytes.select(0, i), size, 0));
            }
            return ofPictures(squares);
        }
    }

    /**
     * The images with the given number of channels. Grey images are repeated in three channels. Images of three
     * channels become grey only if they contain no colour.
     *
     * @throws IllegalArgumentException if they are coloured and the model takes grey images
     */
    public Images inChannels(int channels) {
        if (channels() == channels) {
            return this;
        }
        try (Scope scope = Scope.open()) {
            Tensor here = tensor();
            Tensor first = here.narrow(1, 0, 1);
            if (channels > 1) {
                return ofTensor(first.expand(-1, channels, -1, -1));
            }
            if (!here.equal(first.expand_as(here))) {
                throw new IllegalArgumentException(
                        "these images are in colour, but the model takes grey ones; convert them to grey");
            }
            return ofTensor(first);
        }
    }

    /** Where the images are white, bool [N,1,H,W]; see {@link ImageFiles.Picture#white}. */
    Tensor white() {
        Tensor bytes = Pixels.toBytes(tensor());
        return stack(
                0,
                IntStream.range(0, count())
                        .mapToObj(i -> new ImageFiles.Picture(bytes.select(0, i), Optional.empty()).white())
                        .toArray(Tensor[]::new));
    }
}
