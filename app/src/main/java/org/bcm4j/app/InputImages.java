package org.bcm4j.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bcm4j.data.ImageFiles;
import org.bcm4j.data.Pixels;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.bcm4j.unet.NetworkConfig;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Reads the pictures that a command is given, as its model wants them. */
record InputImages(NetworkConfig network) {
    private static final int COLOUR_CHANNELS = 3;

    /**
     * Reads picture files.
     *
     * @return float32 [files.size(),C,H,W] in [-1,1], on the CPU, in the caller's scope
     * @throws UserException if a file is no picture, or has not the size or the colours of the model's images
     */
    Tensor read(List<Path> files) {
        Tensor[] images = files.stream().map(this::read).toArray(Tensor[]::new);
        return torch.stack(new TensorVector(images));
    }

    /** The files among {@code given}, and the pictures in the folders among them in the order of their names. */
    static List<Path> files(List<Path> given) {
        return given.stream()
                .flatMap(path -> Files.isDirectory(path) ? pictures(path).stream() : Stream.of(path))
                .toList();
    }

    private static List<Path> pictures(Path folder) {
        try (Stream<Path> content = Files.list(folder)) {
            List<Path> pictures = content.filter(
                            file -> Files.isRegularFile(file) && ImageFiles.isPicture(file.toString()))
                    .sorted()
                    .toList();
            if (pictures.isEmpty()) {
                throw new UserException(folder + ": holds no pictures (" + String.join(", ", ImageFiles.ENDINGS)
                        + "); name another folder");
            }
            return pictures;
        } catch (IOException e) {
            throw FileFailure.reading(folder, e);
        }
    }

    private Tensor read(Path file) {
        return read(file, network.imageSize());
    }

    /** Reads one picture of {@code side} times {@code side} pixels, float32 [C,side,side] in [-1,1]; errors as {@link #read(List)}. */
    Tensor read(Path file, int side) {
        Tensor image = ImageFiles.read(file);
        if (image.size(1) != side || image.size(2) != side) {
            throw new UserException(file + " is " + image.size(2) + " x " + image.size(1) + " pixels, but " + side
                    + " x " + side + " are wanted; crop or resize it");
        }
        return Pixels.toSignal(inChannels(image, file));
    }

    private Tensor inChannels(Tensor image, Path file) {
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
            throw new UserException(file + " is in colour, but the model takes grey pictures; convert it to grey");
        }
        return first;
    }
}
