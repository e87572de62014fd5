package org.bcm4j.interop;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.unet.Conditioning;
import org.bcm4j.unet.NcsnppConfig;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Weights of score SDE's NCSN++ and DDPM++ (its PyTorch code), for {@link org.bcm4j.unet.NcsnppUNet}: those with BigGAN
 * blocks, rescaled skips, and the filter of the configuration for every resampling. Its layers are numbered in the order in
 * which they run, {@code all_modules.N}; a {@code module.} before each name, which data-parallel training leaves, is
 * ignored.
 *
 * <p>Positional features are of whatever the network was trained with; score SDE's discrete networks were trained with the
 * index of a noise level, which is not the ¼·ln t that this library's give them.
 *
 * @param config the shape of the network; conditioned on time only, without classes
 * @param argument what the network's Fourier features were of
 */
public record ScoreSdeNames(NcsnppConfig config, Argument argument) {
    private static final String MODULES = "all_modules.";
    private static final String PARALLEL = "module.";

    /** Noise levels of the discrete networks, saved along with the weights. */
    private static final String NOISE_LEVELS = "sigmas";

    /** What a network makes Fourier features of, given a noise scale t. */
    public enum Argument {
        /** ln t: score SDE's own networks. */
        LOG(4),
        /** ¼·ln t: consistency models on the same architecture. */
        QUARTER_LOG(1);

        /** The argument in units of ¼·ln t. */
        private final double quarterLogs;

        Argument(double quarterLogs) {
            this.quarterLogs = quarterLogs;
        }
    }

    /**
     * The weights under their names in the network's layout, complete and of its shapes.
     *
     * @param tensors by score SDE's names
     * @param source what the tensors came from, for the error
     * @return tensors that belong to the caller's scope, some of them those given
     * @throws UserException if a parameter is missing, of another shape, or unknown to the network
     */
    public Map<String, Tensor> convert(Map<String, Tensor> tensors, String source) {
        if (config.conditioning() != Conditioning.TIME || config.classes() > 0) {
            throw new UserException(source
                    + ": score SDE's networks know neither u nor classes; set conditioning: time and classes: 0");
        }
        return new Modules(tensors, source).convert();
    }

    /** The modules, visited in their order; what was taken is gone from {@code unread}. */
    private final class Modules {
        private final String source;
        private final WeightLayout layout = config.build().layout();
        private final Map<String, Tensor> unread = new LinkedHashMap<>();
        private final Map<String, Tensor> converted = new LinkedHashMap<>();
        private int module;

        Modules(Map<String, Tensor> tensors, String source) {
            this.source = source;
            tensors.forEach((name, tensor) ->
                    unread.put(name.startsWith(PARALLEL) ? name.substring(PARALLEL.length()) : name, tensor));
            unread.remove(NOISE_LEVELS);
        }

        Map<String, Tensor> convert() {
            embedding();
            encoder();
            decoder();
            unread.keySet().stream().findFirst().ifPresent(name -> {
                throw new UserException(source + ": parameter " + name
                        + " is unknown to the network; is the configuration another network's?");
            });
            return converted;
        }

        private void embedding() {
            if (config.features() instanceof NcsnppConfig.Features.Fourier fourier) {
                Tensor frequencies = take("W", config.width());
                double factor = argument.quarterLogs / fourier.scale();
                converted.put("map_noise.freqs", frequencies.mul(new Scalar(factor)));
                module++;
            }
            layer("map_layer0");
            layer("map_layer1");
        }

        private void encoder() {
            layer(prefix("enc", 0) + "conv");
            for (int level = 0; level < levels(); level++) {
                String prefix = prefix("enc", level);
                if (level > 0) {
                    block(prefix + "down");
                    pyramid(prefix);
                }
                for (int i = 0; i < config.blocks(); i++) {
                    block(prefix + "block" + i);
                    attentionIfAny(prefix + "block" + i);
                }
            }
        }

        private void pyramid(String prefix) {
            switch (config.encoder()) {
                case STANDARD -> {}
                case INPUT_SKIP -> {
                    rename("Conv_0", prefix + "aux_skip");
                    module++;
                }
                case RESIDUAL -> {
                    rename("Conv2d_0", prefix + "aux_residual");
                    module++;
                }
            }
        }

        private void decoder() {
            for (int level = levels() - 1; level >= 0; level--) {
                String prefix = prefix("dec", level);
                if (level == levels() - 1) {
                    block(prefix + "in0");
                    attentionIfAny(prefix + "in0");
                    block(prefix + "in1");
                } else {
                    block(prefix + "up");
                }
                for (int i = 0; i <= config.blocks(); i++) {
                    block(prefix + "block" + i);
                }
                attentionIfAny(prefix + "block" + config.blocks());
                if (level == 0 || config.decoder() == NcsnppConfig.Decoder.OUTPUT_SKIP) {
                    layer(prefix + "aux_norm");
                    layer(prefix + "aux_conv");
                }
            }
        }

        /** A module that is one layer. */
        private void layer(String ours) {
            parameter("weight", ours + ".weight");
            parameter("bias", ours + ".bias");
            module++;
        }

        private void block(String ours) {
            rename("GroupNorm_0", ours + ".norm0");
            rename("Conv_0", ours + ".conv0");
            rename("Dense_0", ours + ".affine");
            rename("GroupNorm_1", ours + ".norm1");
            rename("Conv_1", ours + ".conv1");
            if (layout.slots().containsKey(ours + ".skip.weight")) {
                rename("Conv_2", ours + ".skip");
            }
            module++;
        }

        /** Attention is a module of its own. Its weights are [in,out]; q, k and v, which were apart, are interleaved. */
        private void attentionIfAny(String ours) {
            if (!layout.slots().containsKey(ours + ".qkv.weight")) {
                return;
            }
            rename("GroupNorm_0", ours + ".norm2");
            long channels = shape(ours + ".norm2.weight")[0];
            TensorVector weights = new TensorVector();
            TensorVector biases = new TensorVector();
            for (int i = 0; i < 3; i++) {
                weights.push_back(take("NIN_" + i + ".W", channels, channels).t());
                biases.push_back(take("NIN_" + i + ".b", channels));
            }
            converted.put(ours + ".qkv.weight", torch.stack(weights, 1).reshape(3 * channels, channels, 1, 1));
            converted.put(ours + ".qkv.bias", torch.stack(biases, 1).reshape(3 * channels));
            Tensor projection = take("NIN_3.W", channels, channels).t();
            converted.put(ours + ".proj.weight", projection.reshape(channels, channels, 1, 1));
            converted.put(ours + ".proj.bias", take("NIN_3.b", channels));
            module++;
        }

        private void rename(String theirs, String ours) {
            parameter(theirs + ".weight", ours + ".weight");
            parameter(theirs + ".bias", ours + ".bias");
        }

        private void parameter(String theirs, String ours) {
            converted.put(ours, take(theirs, shape(ours)));
        }

        private long[] shape(String ours) {
            return Objects.requireNonNull(layout.slots().get(ours), ours).dimensions();
        }

        private Tensor take(String theirs, long... shape) {
            String name = MODULES + module + "." + theirs;
            Tensor tensor = unread.remove(name);
            if (tensor == null) {
                throw new UserException(
                        source + ": parameter " + name + " is missing; is the configuration another network's?");
            }
            if (!Arrays.equals(tensor.shape(), shape)) {
                throw new UserException(source + ": parameter " + name + " has shape "
                        + Arrays.toString(tensor.shape()) + ", the network wants " + Arrays.toString(shape)
                        + "; is the configuration another network's?");
            }
            return tensor;
        }

        private int levels() {
            return config.multipliers().size();
        }

        private String prefix(String half, int level) {
            int resolution = config.imageSize() >> level;
            return half + "." + resolution + "x" + resolution + "_";
        }
    }
}
