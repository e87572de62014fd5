package org.bcm4j.network;

import static org.bcm4j.tensor.Ops.cat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.nn.Attention;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Cost;
import org.bcm4j.nn.Embedding;
import org.bcm4j.nn.GroupNorm;
import org.bcm4j.nn.Pass;
import org.bcm4j.nn.Resampling;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * ADM's U-Net with normalised attention, conditioned on t, u and a label (docs/method.md §3; the project's test
 * fixtures record its properties). Parameters have the names of the published BCM code, so its checkpoints load
 * unchanged.
 */
public final class AdmUNet implements Network {
    private final AdmConfig config;
    private final TimeEmbedding timeEmbedding;
    private final Optional<Embedding> labelEmbedding;
    private final List<List<Block>> down = new ArrayList<>();
    private final List<Block> middle;
    private final List<List<Block>> up = new ArrayList<>();
    private final GroupNorm exitNorm;
    private final Convolution exit;
    private final Optional<FineExit> fine;
    private final WeightLayout layout;

    public AdmUNet(AdmConfig config) {
        this.config = config;
        timeEmbedding = TimeEmbedding.of(config.conditioning(), config.width());
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
        layout = declare();
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
                down.add(List.of(residual(name, channels(level), channels(level), Resampling.DOWN, level)));
                skips.push(channels(level));
            }
        }
        return skips;
    }

    private List<Block> buildMiddle() {
        int last = levels() - 1;
        int channels = channels(last);
        return List.of(
                residual("middle_block.0", channels, channels, Resampling.NONE, last),
                new Block.Attending(attention("middle_block.1", channels)),
                residual("middle_block.2", channels, channels, Resampling.NONE, last));
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
                    blocks.add(residual(name + "." + blocks.size(), channels, channels, Resampling.UP, level));
                }
                up.add(List.copyOf(blocks));
            }
        }
    }

    private Attention attention(String name, int channels) {
        return new Attention(name, channels, config.headWidth(), config.normalizedAttention());
    }

    private List<Block> blockAndAttention(String name, int in, int level) {
        Block block = residual(name + ".0", in, channels(level), Resampling.NONE, level);
        return config.attention().contains(resolution(level))
                ? List.of(block, new Block.Attending(attention(name + ".1", channels(level))))
                : List.of(block);
    }

    private ResidualBlock residual(String name, int in, int out, Resampling resampling, int level) {
        double dropout = resolution(level) <= config.dropoutMaxResolution() ? config.dropout() : 0;
        return ResidualBlock.of(name, in, out, resampling, dropout, config);
    }

    private WeightLayout declare() {
        WeightLayout.Builder builder = new WeightLayout.Builder();
        timeEmbedding.declare(builder);
        labelEmbedding.ifPresent(embedding -> embedding.declare(builder));
        down.forEach(blocks -> blocks.forEach(block -> block.declare(builder)));
        middle.forEach(block -> block.declare(builder));
        up.forEach(blocks -> blocks.forEach(block -> block.declare(builder)));
        exitNorm.declare(builder);
        exit.declare(builder);
        fine.ifPresent(last -> last.declare(builder));
        return builder.build();
    }

    public AdmConfig config() {
        return config;
    }

    public TimeEmbedding timeEmbedding() {
        return timeEmbedding;
    }

    /** The embedding of the label, which is added to the embedding of the times; present if the network has classes. */
    public Optional<Embedding> labelEmbedding() {
        return labelEmbedding;
    }

    /** The down path. Each entry produces a skip. */
    public List<List<Block>> down() {
        return Collections.unmodifiableList(down);
    }

    public List<Block> middle() {
        return middle;
    }

    /** The up path. Each entry consumes a skip. */
    public List<List<Block>> up() {
        return Collections.unmodifiableList(up);
    }

    public GroupNorm exitNorm() {
        return exitNorm;
    }

    public Convolution exit() {
        return exit;
    }

    /** The final convolutions at full resolution; present if the configuration has a fine width. */
    public Optional<FineExit> fine() {
        return fine;
    }

    @Override
    public WeightLayout layout() {
        return layout;
    }

    @Override
    public Cost cost() {
        Cost cost = timeEmbedding.cost();
        long side = resolution(0);
        Stream<List<Block>> path = Stream.of(down, List.of(middle), up).flatMap(List::stream);
        for (Block block : path.flatMap(List::stream).toList()) {
            cost = cost.plus(block.cost(side));
            side = block.resampling().side(side);
        }
        Cost activated = Cost.elementwise(exitNorm.channels() * side * side);
        Cost last = fine.map(exits -> exits.cost(config.imageSize())).orElse(Cost.NONE);
        return cost.plus(exitNorm.cost(side))
                .plus(activated)
                .plus(exit.cost(side))
                .plus(last);
    }

    @Override
    public Tensor apply(Pass pass, Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        Tensor embedding = torch.silu(pass.observed("embedding", embed(pass, t, u, labels)));
        Tensor h = config.patch() == 1 ? x : torch.pixel_unshuffle(x, config.patch());

        Deque<Tensor> skips = new ArrayDeque<>();
        for (int i = 0; i < down.size(); i++) {
            h = run("input_blocks." + i, down.get(i), pass, h, embedding);
            skips.push(h);
        }
        h = run("middle_block", middle, pass, h, embedding);
        for (int i = 0; i < up.size(); i++) {
            Tensor joined = cat(1, h, skips.pop());
            h = run("output_blocks." + i, up.get(i), pass, joined, embedding);
        }

        h = exit.apply(pass, torch.silu(exitNorm.apply(pass, h)));
        h = config.patch() == 1 ? h : torch.pixel_shuffle(h, config.patch());
        return (fine.isPresent() ? fine.get().apply(pass, h, x) : h).to(torch.ScalarType.Float);
    }

    private Tensor embed(Pass pass, Tensor t, Tensor u, Optional<Tensor> labels) {
        if (labels.isPresent() != labelEmbedding.isPresent()) {
            throw new IllegalArgumentException(
                    labels.isPresent()
                            ? "this network knows no classes"
                            : "this network wants a label for every image");
        }
        Tensor embedding = timeEmbedding.apply(pass, t, u);
        return labels.isPresent() ? embedding.add(labelEmbedding.orElseThrow().apply(pass, labels.get())) : embedding;
    }

    private static Tensor run(String name, List<Block> blocks, Pass pass, Tensor x, Tensor embedding) {
        Tensor h = x;
        for (int i = 0; i < blocks.size(); i++) {
            h = pass.observed(name + "." + i, blocks.get(i).apply(pass, h, embedding));
        }
        return pass.observed(name, h);
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
