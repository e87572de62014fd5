package org.bcm4j.onnx;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bcm4j.network.AdmUNet;
import org.bcm4j.network.Block;
import org.bcm4j.network.FineExit;
import org.bcm4j.network.ResidualBlock;
import org.bcm4j.network.TimeEmbedding;

/** The ADM U-Net, {@link AdmUNet#apply}, in ONNX's operators. */
record AdmGraph(AdmUNet network, Layers layers, Operators operators) implements NetworkGraph {
    AdmGraph(AdmUNet network, Layers layers) {
        this(network, layers, layers.operators());
    }

    @Override
    public Value apply(Value x, Value t, Value u, Optional<Value> labels) {
        Value embedding = layers.silu(embed(t, u, labels));
        Value h = folded(x);

        Deque<Value> skips = new ArrayDeque<>();
        for (List<Block> blocks : network.down()) {
            h = run(blocks, h, embedding);
            skips.push(h);
        }
        h = run(network.middle(), h, embedding);
        for (List<Block> blocks : network.up()) {
            h = run(blocks, operators.concatenate(1, h, skips.pop()), embedding);
        }

        h = layers.convolution(network.exit(), layers.silu(layers.groupNorm(network.exitNorm(), h)));
        int patch = network.config().patch();
        Value output = patch == 1 ? h : operators.unfolded(h, patch);
        return network.fine().map(fine -> run(fine, output, x)).orElse(output);
    }

    private Value run(FineExit fine, Value features, Value input) {
        Value joined = operators.concatenate(1, layers.silu(features), input);
        return layers.convolution(fine.last(), layers.silu(layers.convolution(fine.mix(), joined)));
    }

    /**
     * Moves squares of pixels into channels, with the pixels of one colour adjacent. ONNX's own operator uses another
     * order.
     */
    private Value folded(Value x) {
        long patch = network.config().patch();
        if (patch == 1) {
            return x;
        }
        long channels = x.size(1);
        long side = x.size(2) / patch;
        Value squares = operators.reshape(x, Value.BATCH, channels, side, patch, side, patch);
        return operators.reshape(
                operators.transpose(squares, 0, 1, 3, 5, 2, 4), Value.BATCH, channels * patch * patch, side, side);
    }

    private Value embed(Value t, Value u, Optional<Value> labels) {
        Value embedding = embed(network.timeEmbedding(), t, u);
        return network.labelEmbedding()
                .map(table -> operators.add(embedding, layers.embedding(table, labels.orElseThrow())))
                .orElse(embedding);
    }

    private Value embed(TimeEmbedding times, Value t, Value u) {
        if (times instanceof TimeEmbedding.TimeOnly only) {
            return perceptron(only.embed(), layers.sinusoid(only.features(), t));
        }
        if (times instanceof TimeEmbedding.Joint joint) {
            Value start = layers.sinusoid(joint.features(), t);
            Value end = layers.sinusoid(joint.features(), u);
            return perceptron(joint.embed(), operators.concatenate(1, start, end));
        }
        TimeEmbedding.Aligned aligned = (TimeEmbedding.Aligned) times;
        Value start = perceptron(aligned.start(), layers.sinusoid(aligned.features(), t));
        Value end = perceptron(aligned.end(), layers.sinusoid(aligned.features(), u));
        return layers.linear(aligned.align(), operators.concatenate(1, start, end));
    }

    private Value perceptron(TimeEmbedding.Perceptron perceptron, Value features) {
        return layers.linear(perceptron.second(), layers.silu(layers.linear(perceptron.first(), features)));
    }

    private Value run(List<Block> blocks, Value x, Value embedding) {
        Value h = x;
        for (Block block : blocks) {
            h = run(block, h, embedding);
        }
        return h;
    }

    private Value run(Block block, Value x, Value embedding) {
        if (block instanceof ResidualBlock residual) {
            return run(residual, x, embedding);
        }
        if (block instanceof Block.Attending attending) {
            return layers.attention(attending.attention(), x);
        }
        return layers.convolution(((Block.Entrance) block).convolution(), x);
    }

    private Value run(ResidualBlock block, Value x, Value embedding) {
        Value h = layers.resampling(block.resampling(), layers.silu(layers.groupNorm(block.norm1(), x)));
        h = conditioned(block, layers.convolution(block.conv1(), h), layers.linear(block.embed(), embedding));
        h = layers.convolution(block.conv2(), layers.silu(h));
        Value around = layers.resampling(block.resampling(), x);
        return operators.add(
                h, block.skip().map(skip -> layers.convolution(skip, around)).orElse(around));
    }

    private Value conditioned(ResidualBlock block, Value h, Value embedded) {
        Value perChannel = operators.reshape(embedded, Value.BATCH, embedded.size(1), 1, 1);
        if (!block.scaleShift()) {
            return layers.groupNorm(block.norm2(), operators.add(h, perChannel));
        }
        List<Value> scaleAndShift = operators.halves(perChannel, 1);
        Value scale = operators.add(scaleAndShift.get(0), 1);
        return operators.add(operators.multiply(layers.groupNorm(block.norm2(), h), scale), scaleAndShift.get(1));
    }
}
