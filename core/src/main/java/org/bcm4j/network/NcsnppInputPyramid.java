package org.bcm4j.network;

import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.FirDownConvolution;
import org.bcm4j.nn.FirResampling;
import org.bcm4j.nn.Operations;
import org.bcm4j.tensor.Initialization;

/**
 * How the image enters one of NCSN++'s lower resolutions: combines the pyramid, which starts as the image, with the
 * features.
 */
sealed interface NcsnppInputPyramid {
    /**
     * The results of a combination.
     *
     * @param pyramid [B,P,H,W], for the next resolution
     * @param features [B,C,H,W]
     */
    record Met<V>(V pyramid, V features) {}

    /** Combines the pyramid of the resolution above, [B,P,2H,2W], with features that are already halved, [B,C,H,W]. */
    <V> Met<V> apply(Operations<V> op, V pyramid, V features);

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
        public <V> Met<V> apply(Operations<V> op, V pyramid, V features) {
            return new Met<>(pyramid, features);
        }
    }

    record Skip(FirResampling resampling, Convolution convolution) implements NcsnppInputPyramid {
        @Override
        public <V> Met<V> apply(Operations<V> op, V pyramid, V features) {
            V image = resampling.down(op, pyramid);
            return new Met<>(image, op.add(features, convolution.apply(op, image)));
        }
    }

    record Residual(FirDownConvolution convolution) implements NcsnppInputPyramid {
        @Override
        public <V> Met<V> apply(Operations<V> op, V pyramid, V features) {
            V sum = ResidualBlock.rescaledSum(op, features, convolution.apply(op, pyramid));
            return new Met<>(sum, sum);
        }
    }
}
