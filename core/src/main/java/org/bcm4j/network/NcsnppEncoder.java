package org.bcm4j.network;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Operations;
import org.bcm4j.tensor.Initialization;

/**
 * NCSN++'s down path.
 *
 * @param top blocks of the highest resolution
 * @param lower the other resolutions, from high to low
 */
record NcsnppEncoder(Convolution entrance, List<NcsnppBlock> top, List<Level> lower) {
    /**
     * A resolution below the highest: a block that halves, the combination with the input pyramid, then the other
     * blocks.
     */
    record Level(NcsnppBlock down, NcsnppInputPyramid pyramid, List<NcsnppBlock> blocks) {}

    static NcsnppEncoder of(NcsnppConfig config) {
        List<Level> lower = new ArrayList<>();
        for (int level = 1; level < config.levels(); level++) {
            int channels = config.channels(level - 1);
            NcsnppBlock down = NcsnppBlock.down(config, config.prefix("enc", level) + "down", channels);
            lower.add(new Level(down, NcsnppInputPyramid.of(config, level), blocks(config, level, channels)));
        }
        String entrance = config.prefix("enc", 0) + "conv";
        return new NcsnppEncoder(
                new Convolution(entrance, config.imageChannels(), config.width(), 3, Initialization.GLOROT),
                blocks(config, 0, config.width()),
                List.copyOf(lower));
    }

    private static List<NcsnppBlock> blocks(NcsnppConfig config, int level, int in) {
        List<NcsnppBlock> blocks = new ArrayList<>();
        for (int i = 0; i < config.blocks(); i++) {
            String name = config.prefix("enc", level) + "block" + i;
            int channels = i == 0 ? in : config.channels(level);
            blocks.add(NcsnppBlock.of(config, name, channels, config.channels(level), config.attends(level)));
        }
        return List.copyOf(blocks);
    }

    /** The channels of the tensors that {@link #apply} returns, those of the lowest resolution on top. */
    static Deque<Integer> skipChannels(NcsnppConfig config) {
        Deque<Integer> channels = new ArrayDeque<>();
        channels.push(config.width());
        for (int level = 0; level < config.levels(); level++) {
            if (level > 0) {
                channels.push(config.channels(level - 1));
            }
            for (int i = 0; i < config.blocks(); i++) {
                channels.push(config.channels(level));
            }
        }
        return channels;
    }

    /** Maps an image and the activated embedding to the skips for the up path, the last on top. */
    <V> Deque<V> apply(Operations<V> op, V x, V embedding) {
        Deque<V> skips = new ArrayDeque<>();
        skips.push(op.inFloat32(x, image -> entrance.apply(op, image)));
        refine(top, op, skips, embedding);
        V pyramid = x;
        for (Level level : lower) {
            V halved = op.part(skips.element(), embedding, level.down()::apply);
            NcsnppInputPyramid.Met<V> met = level.pyramid().apply(op, pyramid, halved);
            skips.push(met.features());
            pyramid = met.pyramid();
            refine(level.blocks(), op, skips, embedding);
        }
        return skips;
    }

    private static <V> void refine(List<NcsnppBlock> blocks, Operations<V> op, Deque<V> skips, V embedding) {
        for (NcsnppBlock block : blocks) {
            skips.push(op.part(skips.element(), embedding, block::apply));
        }
    }
}
