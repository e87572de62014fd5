package org.bcm4j.network;

import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Cost;
import org.bcm4j.nn.FirDownConvolution;
import org.bcm4j.nn.FirResampling;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;

/**
 * How the image enters one of NCSN++'s lower resolutions: combines the pyramid, which starts as the image, with the
 * features.
 */
public sealed interface NcsnppInputPyramid {
    /**
     * The results of a combination.
     *
     * @param pyramid [B,P,H,W], for the next resolution
     * @param features [B,C,H,W]
     */
    record Met(Tensor pyramid, Tensor features) {}

    void declare(WeightLayout.Builder layout);

    /** Combines the pyramid of the resolution above, [B,P,2H,2W], with features that are already halved, [B,C,H,W]. */
    Met apply(Pass pass, Tensor pyramid, Tensor features);

    /** @param side height and width of the pyramid of the resolution above */
    Cost cost(long side);

    /** The pyramid step from level − 1 to {@code level}. The features still have the channels of the level above. */
    static NcsnppInputPyramid of(NcsnppConfig config, int level) {
        String prefix = config.prefix("enc", level);
        int channels = config.channels(level - 1);
        int image = config.imageChannels();
        return switch (config.encoder()) {
            case STANDARD -> new None();
            case INPUT_SKIP ->
                new Skip(
                        config.resampling(),
                        new Convolution(prefix + "aux_skip", image, channels, 1, Initialization.GLOROT));
            case RESIDUAL -> {
                int pyramid = level == 1 ? image : config.channels(level - 2);
                yield new Residual(
                        new FirDownConvolution(prefix + "aux_residual", pyramid, channels, config.resampling()));
            }
        };
    }

    record None() implements NcsnppInputPyramid {
        @Override
        public void declare(WeightLayout.Builder layout) {
            // This one has no parameters.
        }

        @Override
        public Met apply(Pass pass, Tensor pyramid, Tensor features) {
            return new Met(pyramid, features);
        }

        @Override
        public Cost cost(long side) {
            return Cost.NONE;
        }
    }

    record Skip(FirResampling resampling, Convolution convolution) implements NcsnppInputPyramid {
        @Override
        public void declare(WeightLayout.Builder layout) {
            convolution.declare(layout);
        }

        @Override
        public Met apply(Pass pass, Tensor pyramid, Tensor features) {
            Tensor image = resampling.down(pyramid);
            return new Met(image, features.add(convolution.apply(pass, image)));
        }

        @Override
        public Cost cost(long side) {
            return resampling.cost(convolution.in(), side / 2).plus(convolution.cost(side / 2));
        }
    }

    record Residual(FirDownConvolution convolution) implements NcsnppInputPyramid {
        @Override
        public void declare(WeightLayout.Builder layout) {
            convolution.declare(layout);
        }

        @Override
        public Met apply(Pass pass, Tensor pyramid, Tensor features) {
            Tensor sum = NcsnppBlock.rescaledSum(features, convolution.apply(pass, pyramid));
            return new Met(sum, sum);
        }

        @Override
        public Cost cost(long side) {
            return convolution.cost(side);
        }
    }
}
