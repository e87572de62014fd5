package org.bcm4j.interop;

import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.Ops.stack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bcm4j.interop.ModuleNames.Layer;
import org.bcm4j.interop.ModuleNames.Module;
import org.bcm4j.network.Conditioning;
import org.bcm4j.network.NcsnppConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;

/**
 * Converts weights of score SDE's NCSN++ and DDPM++ for {@link org.bcm4j.network.NcsnppUNet}: those with BigGAN blocks,
 * rescaled skips, and the filter of the configuration for every resampling. The names are of two kinds, which the
 * conversion detects. In the PyTorch code, modules are numbered in the order in which they run
 * ({@code all_modules.4.Conv_0.weight}); the prefix {@code module.} that data-parallel training adds is ignored. In the
 * JAX code, they are named by class ({@code ResnetBlockBigGANpp_0/Conv_0/kernel}); OpenAI's consistency models for
 * CIFAR-10 share these names.
 *
 * <p>Positional features depend on the argument with which the network was trained. score SDE's discrete networks were
 * trained with the index of a noise level, not with this library's argument ¼·ln t.
 *
 * @param config the shape of the network; conditioned on time only, without classes
 * @param argument the argument of the network's Fourier features
 */
public record ScoreSdeNames(NcsnppConfig config, Argument argument) {
    private static final String PARALLEL = "module.";

    /** Noise levels of the discrete networks, saved with the weights. */
    private static final String NOISE_LEVELS = "sigmas";

    /** The argument of a network's Fourier features at noise scale t. */
    public enum Argument {
        /** ln t: score SDE's own networks. */
        LOG(4),
        /** ¼·ln t: consistency models on the same architecture, and the denoisers that they were distilled from. */
        QUARTER_LOG(1);

        /** The argument in units of ¼·ln t. */
        private final double quarterLogs;

        Argument(double quarterLogs) {
            this.quarterLogs = quarterLogs;
        }
    }

    /**
     * The weights under their names in the network's layout, complete and with its shapes.
     *
     * @param tensors by score SDE's names
     * @param source where the tensors came from, for the error message
     * @return tensors that belong to the caller's scope; some are the given ones
     * @throws UserException naming every parameter that is missing, of another shape, or unknown to the network
     */
    public Map<String, Tensor> convert(Map<String, Tensor> tensors, String source) {
        if (config.conditioning() != Conditioning.TIME || config.classes() > 0) {
            throw new UserException(source
                    + ": score SDE's networks take neither u nor classes; set conditioning: time and classes: 0");
        }
        return new Modules(tensors, source).convert();
    }

    /** The modules, visited in order. Tensors that have been used are removed from {@code unread}. */
    private final class Modules {
        private final String source;
        private final ModuleNames names;
        private final WeightLayout layout = config.build().layout();
        private final Map<String, Tensor> unread = new LinkedHashMap<>();
        private final Map<String, Tensor> converted = new LinkedHashMap<>();
        private final Misfits misfits = new Misfits();

        /** The prefix of the names of the current module's parameters. */
        private String module = "";

        Modules(Map<String, Tensor> tensors, String source) {
            this.source = source;
            tensors.forEach((name, tensor) ->
                    unread.put(name.startsWith(PARALLEL) ? name.substring(PARALLEL.length()) : name, tensor));
            unread.remove(NOISE_LEVELS);
            boolean flax = unread.keySet().stream().anyMatch(name -> name.contains(FlaxModuleNames.SEPARATOR));
            this.names = flax ? new FlaxModuleNames() : new TorchModuleNames();
        }

        Map<String, Tensor> convert() {
            embedding();
            encoder();
            decoder();
            unread.keySet().forEach(misfits::misplaced);
            misfits.refuseIfAny(source);
            return converted;
        }

        private void embedding() {
            if (config.features() instanceof NcsnppConfig.Features.Fourier fourier) {
                begin(Module.FOURIER_FEATURES);
                double factor = argument.quarterLogs / fourier.scale();
                take("W", config.width())
                        .ifPresent(frequencies -> converted.put("map_noise.freqs", frequencies.mul(scalar(factor))));
            }
            layer(Module.DENSE, Layer.DENSE, "map_layer0");
            layer(Module.DENSE, Layer.DENSE, "map_layer1");
        }

        private void encoder() {
            layer(Module.CONVOLUTION, Layer.CONVOLUTION, prefix("enc", 0) + "conv");
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
                    begin(Module.COMBINATION);
                    layer(Layer.CONVOLUTION, "Conv_0", prefix + "aux_skip");
                }
                case RESIDUAL -> {
                    begin(Module.DOWNSAMPLING);
                    layer(Layer.RESAMPLING_CONVOLUTION, "Conv2d_0", prefix + "aux_residual");
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
                    layer(Module.NORM, Layer.NORM, prefix + "aux_norm");
                    layer(Module.CONVOLUTION, Layer.CONVOLUTION, prefix + "aux_conv");
                }
            }
        }

        private void block(String ours) {
            begin(Module.BLOCK);
            layer(Layer.NORM, "GroupNorm_0", ours + ".norm0");
            layer(Layer.CONVOLUTION, "Conv_0", ours + ".conv0");
            layer(Layer.DENSE, "Dense_0", ours + ".affine");
            layer(Layer.NORM, "GroupNorm_1", ours + ".norm1");
            layer(Layer.CONVOLUTION, "Conv_1", ours + ".conv1");
            if (layout.slots().containsKey(ours + ".skip.weight")) {
                layer(Layer.CONVOLUTION, "Conv_2", ours + ".skip");
            }
        }

        /**
         * Converts attention, which is a separate module in score SDE. Its weights are [in,out]. The separate q, k and
         * v are interleaved.
         */
        private void attentionIfAny(String ours) {
            if (!layout.slots().containsKey(ours + ".qkv.weight")) {
                return;
            }
            begin(Module.ATTENTION);
            layer(Layer.NORM, "GroupNorm_0", ours + ".norm2");
            long channels = shape(ours + ".norm2.weight")[0];
            List<Tensor> weights = new ArrayList<>();
            List<Tensor> biases = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                take(names.joined("NIN_" + i, "W"), channels, channels).ifPresent(weight -> weights.add(weight.t()));
                take(names.joined("NIN_" + i, "b"), channels).ifPresent(biases::add);
            }
            if (weights.size() == 3 && biases.size() == 3) {
                converted.put(
                        ours + ".qkv.weight",
                        stack(1, weights.toArray(Tensor[]::new)).reshape(3 * channels, channels, 1, 1));
                converted.put(
                        ours + ".qkv.bias",
                        stack(1, biases.toArray(Tensor[]::new)).reshape(3 * channels));
            }
            take(names.joined("NIN_3", "W"), channels, channels)
                    .ifPresent(weight ->
                            converted.put(ours + ".proj.weight", weight.t().reshape(channels, channels, 1, 1)));
            take(names.joined("NIN_3", "b"), channels).ifPresent(bias -> converted.put(ours + ".proj.bias", bias));
        }

        private void begin(Module next) {
            module = names.next(next);
        }

        /** Converts a module that is one layer. */
        private void layer(Module next, Layer layer, String ours) {
            begin(next);
            layer(layer, "", ours);
        }

        private void layer(Layer layer, String theirs, String ours) {
            take(names.joined(theirs, names.weight(layer)), names.stored(layer, shape(ours + ".weight")))
                    .ifPresent(weight -> converted.put(ours + ".weight", names.ordered(layer, weight)));
            take(names.joined(theirs, "bias"), shape(ours + ".bias"))
                    .ifPresent(bias -> converted.put(ours + ".bias", bias));
        }

        private long[] shape(String ours) {
            return Objects.requireNonNull(layout.slots().get(ours), ours).dimensions();
        }

        private Optional<Tensor> take(String theirs, long... shape) {
            String name = module + theirs;
            Tensor tensor = unread.remove(name);
            if (tensor == null) {
                misfits.missing(name);
                return Optional.empty();
            }
            if (!Arrays.equals(tensor.shape(), shape)) {
                misfits.misshapen(name, tensor.shape(), shape);
                return Optional.empty();
            }
            return Optional.of(tensor);
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
