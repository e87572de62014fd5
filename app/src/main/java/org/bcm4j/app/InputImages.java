package org.bcm4j.app;

import java.nio.file.Path;
import java.util.List;
import org.bcm4j.data.ImageFiles;
import org.bcm4j.data.Pixels;
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

    private Tensor read(Path file) {
        Tensor image = ImageFiles.read(file);
        int side = network.imageSize();
        if (image.size(1) != side || image.size(2) != side) {
            throw new UserException(file + " is " + image.size(2) + " x " + image.size(1)
                    + " pixels, but the model takes " + side + " x " + side + "; crop or resize it");
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
