package org.bcm4j.training;

import static org.bcm4j.training.Trunk.activated;
import static org.bcm4j.training.Trunk.convolution;

import java.nio.file.Path;
import org.bcm4j.features.Activations;
import org.bcm4j.features.FeatureConfig;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Pass;
import org.bcm4j.nn.Resampling;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.unet.NetworkConfig;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Small heads on the activations of a classifier that stays as it is, as in projected GANs (Sauer et al., arXiv 2111.01007): it tells garments
 * from each other before the first step, and learns to tell the real from the made in a third of the steps.
 */
final class FeatureTrunk implements Trunk {
    /** A convolution over channels, one over pixels, then half the resolution while there is much of it. */
    private record Head(Convolution first, Convolution second, int halvings, int outputs) {
        static Head of(String name, int channels, int width, int side) {
            int halvings = 0;
            while (side >> halvings >= SMALLEST) {
                halvings++;
            }
            int left = side >> halvings;
            return new Head(
                    convolution(name + ".first", channels, width, 1),
                    convolution(name + ".second", width, width, 3),
                    halvings,
                    width * left * left);
        }

        void declare(WeightLayout.Builder layout) {
            first.declare(layout);
            second.declare(layout);
        }

        Tensor apply(Pass pass, Tensor x) {
            Tensor h = activated(second.apply(pass, activated(first.apply(pass, x))));
            for (int i = 0; i < halvings; i++) {
                h = Resampling.DOWN.apply(h);
            }
            return h.flatten(1, -1);
        }
    }

    private final FeatureNetwork features;
    private final Head fine;
    private final Head coarse;

    /**
     * @param features closed with this
     * @param width channels of the heads
     */
    private FeatureTrunk(FeatureNetwork features, int width) {
        this.features = features;
        int side = features.config().imageSize();
        fine = Head.of("fine", features.config().firstWidth(), width, side / 2);
        coarse = Head.of("coarse", features.config().secondWidth(), width, side / 4);
    }

    /**
     * @param folder a feature network's
     * @param network whose images are judged
     * @param width channels of the heads
     * @throws UserException if the folder holds no feature network, or one of other images
     */
    static FeatureTrunk open(Path folder, NetworkConfig network, int width, Device device) {
        FeatureNetwork features = FeatureNetwork.open(folder, device);
        FeatureConfig config = features.config();
        if (!config.fits(network.imageChannels(), network.imageSize(), network.imageSize())) {
            features.close();
            throw new UserException("adversarial.features: " + folder + " looks at images of " + config.imageChannels()
                    + " x " + config.imageSize() + " x " + config.imageSize() + ", the network makes some of "
                    + network.imageChannels() + " x " + network.imageSize() + " x " + network.imageSize()
                    + "; train another with `bcm features train --data`");
        }
        return new FeatureTrunk(features, width);
    }

    @Override
    public void declare(WeightLayout.Builder layout) {
        fine.declare(layout);
        coarse.declare(layout);
    }

    @Override
    public int outputs() {
        return fine.outputs() + coarse.outputs() + features.config().features();
    }

    @Override
    public Tensor apply(Pass pass, Tensor images) {
        Activations seen = features.activations(images);
        return torch.cat(
                new TensorVector(fine.apply(pass, seen.fine()), coarse.apply(pass, seen.coarse()), seen.features()), 1);
    }

    @Override
    public void close() {
        features.close();
    }
}
