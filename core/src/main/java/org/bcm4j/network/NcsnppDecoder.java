package org.bcm4j.network;

import static org.bcm4j.tensor.Ops.cat;

import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Cost;
import org.bcm4j.nn.FirResampling;
import org.bcm4j.nn.GroupNorm;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * NCSN++'s middle and up path.
 *
 * @param levels the resolutions, from low to high
 */
public record NcsnppDecoder(FirResampling resampling, List<Level> levels) {
    /**
     * One resolution.
     *
     * @param entry the middle, or the block that doubles the resolution below
     * @param blocks each consumes one skip
     * @param exit present where an image is computed
     */
    public record Level(List<NcsnppBlock> entry, List<NcsnppBlock> blocks, Optional<Exit> exit) {}

    /** Maps features [B,C,H,W] to an image [B,image channels,H,W], float32. */
    public record Exit(GroupNorm norm, Convolution convolution) {
        void declare(WeightLayout.Builder layout) {
            norm.declare(layout);
            convolution.declare(layout);
        }

        Cost cost(long side) {
            Cost activated = Cost.elementwise(norm.channels() * side * side);
            return norm.cost(side).plus(activated).plus(convolution.cost(side));
        }

        Tensor apply(Pass pass, Tensor h) {
            return convolution.apply(pass, torch.silu(norm.apply(pass, h))).to(torch.ScalarType.Float);
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

    void declare(WeightLayout.Builder layout) {
        for (Level level : levels) {
            level.entry().forEach(block -> block.declare(layout));
            level.blocks().forEach(block -> block.declare(layout));
            level.exit().ifPresent(exit -> exit.declare(layout));
        }
    }

    /** @param size height and width of the image */
    Cost cost(long size) {
        Cost cost = Cost.NONE;
        long side = size >> (levels.size() - 1);
        boolean drawn = false;
        for (Level level : levels) {
            cost = cost.plus(NcsnppBlock.cost(level.entry(), side));
            side = level.entry().get(0).resampling().side(side);
            cost = cost.plus(NcsnppBlock.cost(level.blocks(), side));
            if (level.exit().isPresent()) {
                Exit exit = level.exit().get();
                cost = cost.plus(exit.cost(side));
                cost = drawn ? cost.plus(resampling.cost(exit.convolution().out(), side)) : cost;
                drawn = true;
            }
        }
        return cost;
    }

    /** Maps the encoder's skips, which it consumes, and the activated embedding to the output, float32. */
    Tensor apply(Pass pass, Deque<Tensor> skips, Tensor embedding) {
        Tensor h = skips.element();
        Optional<Tensor> output = Optional.empty();
        for (Level level : levels) {
            for (NcsnppBlock block : level.entry()) {
                h = block.apply(pass, h, embedding);
            }
            for (NcsnppBlock block : level.blocks()) {
                h = block.apply(pass, cat(1, h, skips.pop()), embedding);
            }
            if (level.exit().isPresent()) {
                Tensor image = level.exit().get().apply(pass, h);
                output = Optional.of(
                        output.map(lower -> resampling.up(lower).add(image)).orElse(image));
            }
        }
        return output.orElseThrow().to(torch.ScalarType.Float);
    }
}
