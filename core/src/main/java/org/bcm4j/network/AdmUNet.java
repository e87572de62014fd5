package org.bcm4j.network;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bcm4j.nn.Attention;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Embedding;
import org.bcm4j.nn.GroupNorm;
import org.bcm4j.nn.Linear;
import org.bcm4j.nn.Operations;
import org.bcm4j.nn.Perceptron;
import org.bcm4j.nn.Resampling;
import org.bcm4j.nn.Sinusoid;
import org.bcm4j.tensor.Initialization;

/**
 * ADM's U-Net with normalised attention, conditioned on t, u and a label (docs/method.md §3; the project's test
 * fixtures record its properties). Parameters have the names of the published BCM code, so its checkpoints load
 * unchanged.
 */
public final class AdmUNet extends Architecture {
    private final AdmConfig config;
    private final Sinusoid features;
    private final TimeEmbedding timeEmbedding;
    private final Optional<Embedding> labelEmbedding;
    private final List<List<Block>> down = new ArrayList<>();
    private final List<Block> middle;
    private final List<List<Block>> up = new ArrayList<>();
    private final GroupNorm exitNorm;
    private final Convolution exit;
    private final Optional<FineExit> fine;

    public AdmUNet(AdmConfig config) {
        super(config);
        this.config = config;
        features = new Sinusoid(config.width());
        timeEmbedding = timeEmbedding(config);
        labelEmbedding = config.classes() == 0
                ? Optional.empty()
                : Optional.of(new Embedding("label_emb", config.labelRows(), config.embeddingWidth()));
        Deque<Integer> skips = buildDown();
        middle = buildMiddle();
        buildUp(skips);
        exitNorm = GroupNorm.adm("out.0", channels(0));
        fine = config.fineWidth() == 0
                ? Optional.empty()
                : Optional.of(new FineExit("out.3", config.fineWidth(), config.imageChannels()));
        exit = fine.isPresent()
                ? new Convolution("out.2", channels(0), config.fineWidth() * config.patch() * config.patch(), 3)
                : new Convolution("out.2", channels(0), foldedChannels(), 3, Initialization.ZERO);
    }

    private static TimeEmbedding timeEmbedding(AdmConfig config) {
        int features = config.width();
        int width = config.embeddingWidth();
        return switch (config.conditioning()) {
            case TIME -> new TimeEmbedding.TimeOnly(perceptron("time_embed", features, width));
            case JOINT -> new TimeEmbedding.Joint(perceptron("time_embed", 2 * features, width));
            case ALIGNED ->
                new TimeEmbedding.Aligned(
                        perceptron("time_embed", features, width),
                        perceptron("time_embed_end", features, width),
                        new Linear("time_embed_align", 2 * width, width, false));
        };
    }

    private static Perceptron perceptron(String name, int in, int out) {
        return new Perceptron(new Linear(name + ".0", in, out), new Linear(name + ".2", out, out));
    }

    /**
     * Builds the down path: at each level its blocks, then one that halves the resolution. Returns the channels of the
     * skips, last on top.
     */
    private Deque<Integer> buildDown() {
        Deque<Integer> skips = new ArrayDeque<>();
        Convolution entrance = new Convolution("input_blocks.0.0", foldedChannels(), channels(0), 3);
        down.add(List.of(new Block.Entrance(entrance)));
        skips.push(channels(0));
        for (int level = 0; level < levels(); level++) {
            for (int i = 0; i < config.blocks(); i++) {
                String name = "input_blocks." + down.size();
                down.add(blockAndAttention(name, skips.peek(), level));
                skips.push(channels(level));
            }
            if (level < levels() - 1) {
                String name = "input_blocks." + down.size() + ".0";
                down.add(List.of(residual(name, channels(level), channels(level), Resampling.Pixels.HALVED, level)));
                skips.push(channels(level));
            }
        }
        return skips;
    }

    private List<Block> buildMiddle() {
        int last = levels() - 1;
        int channels = channels(last);
        return List.of(
                residual("middle_block.0", channels, channels, Resampling.Pixels.KEPT, last),
                new Block.Attending(attention("middle_block.1", channels)),
                residual("middle_block.2", channels, channels, Resampling.Pixels.KEPT, last));
    }

    /**
     * Builds the up path: at each level one block more than on the down path, each taking one skip. Every level except
     * the last one ends by doubling the resolution.
     */
    private void buildUp(Deque<Integer> skips) {
        int channels = channels(levels() - 1);
        for (int level = levels() - 1; level >= 0; level--) {
            for (int i = 0; i <= config.blocks(); i++) {
                String name = "output_blocks." + up.size();
                List<Block> blocks = new ArrayList<>(blockAndAttention(name, channels + skips.pop(), level));
                channels = channels(level);
                if (level > 0 && i == config.blocks()) {
                    blocks.add(
                            residual(name + "." + blocks.size(), channels, channels, Resampling.Pixels.DOUBLED, level));
                }
                up.add(List.copyOf(blocks));
            }
        }
    }

    private Attention attention(String name, int channels) {
        return Attention.adm(name, channels, config.headWidth(), config.normalizedAttention());
    }

    private List<Block> blockAndAttention(String name, int in, int level) {
        Block block = residual(name + ".0", in, channels(level), Resampling.Pixels.KEPT, level);
        return config.attention().contains(resolution(level))
                ? List.of(block, new Block.Attending(attention(name + ".1", channels(level))))
                : List.of(block);
    }

    private ResidualBlock residual(String name, int in, int out, Resampling resampling, int level) {
        boolean scaleShift = config.scaleShiftNorm();
        return new ResidualBlock(
                resampling,
                scaleShift,
                resolution(level) <= config.dropoutMaxResolution() ? config.dropout() : 0,
                false,
                GroupNorm.adm(name + ".in_layers.0", in),
                new Convolution(name + ".in_layers.2", in, out, 3),
                new Linear(name + ".emb_layers.1", config.embeddingWidth(), scaleShift ? 2 * out : out),
                GroupNorm.adm(name + ".out_layers.0", out),
                new Convolution(name + ".out_layers.3", out, out, 3, Initialization.ZERO),
                in == out ? Optional.empty() : Optional.of(new Convolution(name + ".skip_connection", in, out, 1)));
    }

    @Override
    public <V> V describe(Operations<V> op, V x, V t, V u, Optional<V> labels) {
        // As in ADM's code for half precision, the embedding and the exit are float32: rounded to 8 bits, neighbouring
        // times look alike, and what a consistency loss compares differs by less than the rounding of the output.
        V embedding = op.inFloat32(t, exact -> op.silu(op.observed("embedding", embed(op, exact, u, labels))));
        V image = config.patch() == 1 ? x : op.folded(x, config.patch());

        Deque<V> skips = new ArrayDeque<>();
        skips.push(op.inFloat32(image, exact -> run("input_blocks.0", down.get(0), op, exact, embedding)));
        for (int i = 1; i < down.size(); i++) {
            skips.push(run("input_blocks." + i, down.get(i), op, skips.element(), embedding));
        }
        V h = run("middle_block", middle, op, skips.element(), embedding);
        for (int i = 0; i < up.size(); i++) {
            V joined = op.concatenate(1, h, skips.pop());
            h = run("output_blocks." + i, up.get(i), op, joined, embedding);
        }

        return op.inFloat32(h, features -> exit(op, features, x));
    }

    /** Maps the features of the last block and the network's input, float32, to the output. */
    private <V> V exit(Operations<V> op, V features, V x) {
        V h = exit.apply(op, op.silu(exitNorm.apply(op, features)));
        h = config.patch() == 1 ? h : op.unfolded(h, config.patch());
        return fine.isPresent() ? fine.get().apply(op, h, x) : h;
    }

    private <V> V embed(Operations<V> op, V t, V u, Optional<V> labels) {
        V embedding = timeEmbedding.apply(op, scale -> features.apply(op, scale), t, u);
        return labelEmbedding.isPresent()
                ? op.add(embedding, labelEmbedding.get().apply(op, labels.orElseThrow()))
                : embedding;
    }

    private static <V> V run(String name, List<Block> blocks, Operations<V> op, V x, V embedding) {
        V h = x;
        for (int i = 0; i < blocks.size(); i++) {
            h = op.observed(name + "." + i, op.part(h, embedding, blocks.get(i)::apply));
        }
        return op.observed(name, h);
    }

    private int levels() {
        return config.multipliers().size();
    }

    private int channels(int level) {
        return config.width() * config.multipliers().get(level);
    }

    private int resolution(int level) {
        return (config.imageSize() / config.patch()) >> level;
    }

    private int foldedChannels() {
        return config.imageChannels() * config.patch() * config.patch();
    }
}
