package org.bcm4j.network;

import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.FirResampling;
import org.bcm4j.nn.GroupNorm;
import org.bcm4j.nn.Operations;
import org.bcm4j.tensor.Initialization;

/**
 * NCSN++'s middle and up path.
 *
 * @param levels the resolutions, from low to high
 */
record NcsnppDecoder(FirResampling resampling, List<Level> levels) {
    /**
     * One resolution.
     *
     * @param entry the middle, or the block that doubles the resolution below
     * @param blocks each consumes one skip
     * @param exit present where an image is computed
     */
    record Level(List<NcsnppBlock> entry, List<NcsnppBlock> blocks, Optional<Exit> exit) {}

    /** Maps features [B,C,H,W] to an image [B,image channels,H,W], float32. */
    record Exit(GroupNorm norm, Convolution convolution) {
        <V> V apply(Operations<V> op, V h) {
            return op.inFloat32(h, features -> convolution.apply(op, op.silu(norm.apply(op, features))));
        }
    }

    static NcsnppDecoder of(NcsnppConfig config) {
        Deque<Integer> skips = NcsnppEncoder.skipChannels(config);
        List<Level> levels = new ArrayList<>();
        for (int level = config.levels() - 1; level >= 0; level--) {
            levels.add(level(config, level, skips));
        }
        return new NcsnppDecoder(config.resampling(), List.copyOf(levels));
    }

    private static Level level(NcsnppConfig config, int level, Deque<Integer> skips) {
        String prefix = config.prefix("dec", level);
        boolean lowest = level == config.levels() - 1;
        int in = config.channels(lowest ? level : level + 1);
        int out = config.channels(level);
        List<NcsnppBlock> entry = lowest
                ? List.of(
                        NcsnppBlock.of(config, prefix + "in0", in, in, true),
                        NcsnppBlock.of(config, prefix + "in1", in, in, false))
                : List.of(NcsnppBlock.up(config, prefix + "up", in));
        List<NcsnppBlock> blocks = new ArrayList<>();
        for (int i = 0; i <= config.blocks(); i++) {
            boolean attends = i == config.blocks() && config.attends(level);
            int channels = (i == 0 ? in : out) + skips.pop();
            blocks.add(NcsnppBlock.of(config, prefix + "block" + i, channels, out, attends));
        }
        boolean exits = level == 0 || config.decoder() == NcsnppConfig.Decoder.OUTPUT_SKIP;
        return new Level(entry, List.copyOf(blocks), exits ? Optional.of(exit(config, level)) : Optional.empty());
    }

    private static Exit exit(NcsnppConfig config, int level) {
        String prefix = config.prefix("dec", level);
        int channels = config.channels(level);
        return new Exit(
                GroupNorm.ncsnpp(prefix + "aux_norm", channels),
                new Convolution(prefix + "aux_conv", channels, config.imageChannels(), 3, Initialization.ZERO));
    }

    /** Maps the encoder's skips, which it consumes, and the activated embedding to the output, float32. */
    <V> V apply(Operations<V> op, Deque<V> skips, V embedding) {
        V h = skips.element();
        Optional<V> output = Optional.empty();
        for (Level level : levels) {
            for (NcsnppBlock block : level.entry()) {
                h = op.part(h, embedding, block::apply);
            }
            for (NcsnppBlock block : level.blocks()) {
                h = op.part(op.concatenate(1, h, skips.pop()), embedding, block::apply);
            }
            if (level.exit().isPresent()) {
                V image = level.exit().get().apply(op, h);
                output = Optional.of(output.isPresent() ? op.add(resampling.up(op, output.get()), image) : image);
            }
        }
        return output.orElseThrow();
    }
}
