package org.bcm4j.app.files;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.bcm4j.data.ImageSet;
import org.bcm4j.data.PictureFolder;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.ImageFiles.Picture;
import org.bcm4j.images.ImageFit;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * Reads the input images of a command in the form that the model requires.
 *
 * @param fit how images of other sizes are fitted; absent to reject them
 * @param skipsBad whether an unusable image is reported on standard error and skipped
 */
public record InputImages(NetworkConfig network, Optional<ImageFit> fit, boolean skipsBad) {
    /** The placeholder for images in the help. */
    public static final String LABEL = "IMAGE|DIR|FILE.npz";

    /** The description of images in the help. */
    public static final String DESCRIPTION =
            "Pictures of the model's size, folders of them, or arrays of images as `bcm sample` writes them.";

    private static final int COLOUR_CHANNELS = 3;

    /** The bars that {@code --fit pad} adds to a picture: black. */
    private static final int BARS = 0;

    /** The bars are known, not missing. */
    private static final int OPAQUE = 255;

    private static final int BATCH = 64;

    /**
     * Reads picture files, the pictures in folders and their subfolders, and the images in {@code .npz} files.
     *
     * @param sides the accepted heights and widths; with a fit, other images are fitted to the first
     * @return at least one image
     * @throws UserException if a file is not a picture, or does not have the size or colours of the model's images
     */
    public List<InputImage> read(List<Path> given, int... sides) {
        List<InputImage> images = new ArrayList<>();
        for (Path path : given) {
            if (isArrayFile(path)) {
                readArray(path, images, sides);
            } else {
                for (Path file : files(path)) {
                    add(images, InputImage.nameOf(file), file.toString(), () -> ImageFiles.readPicture(file), sides);
                }
            }
        }
        if (images.isEmpty()) {
            throw new UserException("none of the images can be used; give others");
        }
        return images;
    }

    /** As {@link #read(List, int...)}, with all images at the model's size. */
    public List<InputImage> read(List<Path> given) {
        return read(given, network.imageSize());
    }

    /** The given picture file, or the pictures in a folder and its subfolders, sorted by name. */
    public static List<Path> files(Path given) {
        return Files.isDirectory(given) ? PictureFolder.ofSome(given).pictures() : List.of(given);
    }

    private static boolean isArrayFile(Path path) {
        return !Files.isDirectory(path)
                && path.toString().toLowerCase(Locale.ROOT).endsWith(".npz");
    }

    private void readArray(Path file, List<InputImage> images, int... sides) {
        AtomicInteger number = new AtomicInteger();
        ImageSet.at(file).forEachBatch(BATCH, batch -> {
            for (int i = 0; i < batch.size(0); i++) {
                String place = String.format(Locale.ROOT, "%05d", number.getAndIncrement());
                Picture picture = new Picture(batch.select(0, i), Optional.empty());
                add(images, InputImage.nameOf(file) + "-" + place, file + ", image " + place, () -> picture, sides);
            }
        });
    }

    private void add(List<InputImage> images, String name, String source, Supplier<Picture> picture, int... sides) {
        try {
            images.add(image(name, source, picture, sides));
        } catch (UserException e) {
            if (!skipsBad) {
                throw e;
            }
            System.err.println("bcm: left out: " + e.getMessage());
        }
    }

    private InputImage image(String name, String source, Supplier<Picture> reading, int... sides) {
        // A photograph can be thousands of times larger than the result. This scope frees it.
        try (Scope scope = Scope.open()) {
            Picture picture = reading.get();
            Tensor pixels = picture.pixels();
            long height = pixels.size(1);
            long width = pixels.size(2);
            boolean fits = height == width && Arrays.stream(sides).anyMatch(side -> side == height);
            if (!fits && fit.isEmpty()) {
                String wanted = Arrays.stream(sides)
                        .mapToObj(side -> side + " x " + side)
                        .collect(Collectors.joining(" or "));
                throw new UserException(source + " is " + width + " x " + height + " pixels, but " + wanted
                        + " are wanted; fit it with --fit " + ImageFit.names());
            }
            int side = fits ? (int) height : nearest(fitted(height, width), sides);
            byte[] levels = HostTensors.bytes(
                    inChannels(fits ? pixels : fit.orElseThrow().square(pixels, side, BARS), source));
            Optional<byte[]> opacity = picture.opacity()
                    .map(alpha ->
                            HostTensors.bytes(fits ? alpha : fit.orElseThrow().square(alpha, side, OPAQUE)));
            return new InputImage(name, source, network.imageChannels(), side, levels, opacity);
        }
    }

    /** The side of the square that the picture is fitted to before it is scaled. */
    private long fitted(long height, long width) {
        return fit.orElseThrow() == ImageFit.CROP ? Math.min(height, width) : Math.max(height, width);
    }

    /** The largest of the sides that a square does not have to be enlarged to; else the smallest. */
    private static int nearest(long square, int... sides) {
        return Arrays.stream(sides)
                .filter(side -> side <= square)
                .max()
                .orElse(Arrays.stream(sides).min().orElseThrow());
    }

    private Tensor inChannels(Tensor image, String source) {
        long channels = network.imageChannels();
        if (image.size(0) == channels) {
            return image;
        }
        if (channels == COLOUR_CHANNELS) {
            return image.expand(channels, -1, -1);
        }
        // Many programs save grey pictures with three equal channels.
        Tensor first = image.narrow(0, 0, 1);
        if (!image.equal(first.expand(image.shape()))) {
            throw new UserException(source + " is in colour, but the model takes grey pictures; convert it to grey");
        }
        return first;
    }
}
