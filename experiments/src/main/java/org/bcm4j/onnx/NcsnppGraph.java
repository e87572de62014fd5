package org.bcm4j.onnx;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bcm4j.network.NcsnppBlock;
import org.bcm4j.network.NcsnppDecoder;
import org.bcm4j.network.NcsnppEmbedding;
import org.bcm4j.network.NcsnppEncoder;
import org.bcm4j.network.NcsnppInputPyramid;
import org.bcm4j.network.NcsnppUNet;
import org.bcm4j.nn.FirDownConvolution;
import org.bcm4j.nn.FirResampling;
import org.bcm4j.nn.Linear;

/** The U-Net of score SDE, {@link NcsnppUNet#apply}, in ONNX's operators. */
record NcsnppGraph(NcsnppUNet network, Layers layers, Operators operators) implements NetworkGraph {
    NcsnppGraph(NcsnppUNet network, Layers layers) {
        this(network, layers, layers.operators());
    }

    @Override
    public Value apply(Value x, Value t, Value u, Optional<Value> labels) {
        Value activated = layers.silu(embed(network.embedding(), t, u, labels));
        Deque<Value> skips = down(network.encoder(), x, activated);
        return up(network.decoder(), skips, activated);
    }

    private Value embed(NcsnppEmbedding times, Value t, Value u, Optional<Value> labels) {
        if (times instanceof NcsnppEmbedding.TimeOnly only) {
            return perceptron(only.embed(), features(only.features(), t, labels));
        }
        if (times instanceof NcsnppEmbedding.Joint joint) {
            Value start = features(joint.features(), t, labels);
            Value end = features(joint.features(), u, labels);
            return perceptron(joint.embed(), operators.concatenate(1, start, end));
        }
        NcsnppEmbedding.Aligned aligned = (NcsnppEmbedding.Aligned) times;
        Value start = perceptron(aligned.start(), features(aligned.features(), t, labels));
        Value end = perceptron(aligned.end(), features(aligned.features(), u, labels));
        return layers.linear(aligned.align(), operators.concatenate(1, start, end));
    }

    private Value perceptron(NcsnppEmbedding.Perceptron perceptron, Value features) {
        return layers.linear(perceptron.second(), layers.silu(layers.linear(perceptron.first(), features)));
    }

    private Value features(NcsnppEmbedding.Features features, Value time, Optional<Value> labels) {
        Value noise = layers.noiseFeatures(
                features.noise(), operators.multiply(operators.log(time), NcsnppEmbedding.Features.LOG_SCALE));
        return features.label()
                .map(linear -> operators.add(noise, label(linear, labels.orElseThrow(), features.classes())))
                .orElse(noise);
    }

    /** A dense layer of one-hot vectors of length √classes: it selects the label's column of the weight. */
    private Value label(Linear linear, Value labels, int classes) {
        Value columns = operators.transpose(layers.weight(linear.name() + ".weight"), 1, 0);
        Value scaled = operators.multiply(operators.rows(columns, labels), Math.sqrt(classes));
        return operators.add(scaled, layers.weight(linear.name() + ".bias"));
    }

    private Deque<Value> down(NcsnppEncoder encoder, Value x, Value embedding) {
        Deque<Value> skips = new ArrayDeque<>();
        skips.push(layers.convolution(encoder.entrance(), x));
        refine(encoder.top(), skips, embedding);
        Value pyramid = x;
        for (NcsnppEncoder.Level level : encoder.lower()) {
            Value halved = block(level.down(), skips.element(), embedding);
            if (level.pyramid() instanceof NcsnppInputPyramid.Skip skip) {
                pyramid = halved(skip.resampling(), pyramid);
                halved = operators.add(halved, layers.convolution(skip.convolution(), pyramid));
            } else if (level.pyramid() instanceof NcsnppInputPyramid.Residual residual) {
                halved = rescaledSum(halved, convolvedAndHalved(residual.convolution(), pyramid));
                pyramid = halved;
            }
            skips.push(halved);
            refine(level.blocks(), skips, embedding);
        }
        return skips;
    }

    private void refine(List<NcsnppBlock> blocks, Deque<Value> skips, Value embedding) {
        for (NcsnppBlock block : blocks) {
            skips.push(block(block, skips.element(), embedding));
        }
    }

    private Value up(NcsnppDecoder decoder, Deque<Value> skips, Value embedding) {
        Value h = skips.element();
        Optional<Value> output = Optional.empty();
        for (NcsnppDecoder.Level level : decoder.levels()) {
            for (NcsnppBlock block : level.entry()) {
                h = block(block, h, embedding);
            }
            for (NcsnppBlock block : level.blocks()) {
                h = block(block, operators.concatenate(1, h, skips.pop()), embedding);
            }
            if (level.exit().isPresent()) {
                Value image = exit(level.exit().get(), h);
                output = Optional.of(output.map(lower -> operators.add(doubled(decoder.resampling(), lower), image))
                        .orElse(image));
            }
        }
        return output.orElseThrow();
    }

    private Value exit(NcsnppDecoder.Exit exit, Value h) {
        return layers.convolution(exit.convolution(), layers.silu(layers.groupNorm(exit.norm(), h)));
    }

    private Value block(NcsnppBlock block, Value x, Value embedding) {
        Value h = layers.convolution(block.conv0(), resampled(block, layers.silu(layers.groupNorm(block.norm0(), x))));
        Value embedded = layers.linear(block.affine(), embedding);
        h = operators.add(h, operators.reshape(embedded, Value.BATCH, embedded.size(1), 1, 1));
        h = layers.convolution(block.conv1(), layers.silu(layers.groupNorm(block.norm1(), h)));
        Value around = resampled(block, x);
        Value sum = rescaledSum(
                block.skip().map(skip -> layers.convolution(skip, around)).orElse(around), h);
        return block.attention()
                .map(attention -> rescaledSum(sum, layers.attention(attention, sum)))
                .orElse(sum);
    }

    private Value rescaledSum(Value a, Value b) {
        return operators.multiply(operators.add(a, b), NcsnppBlock.RESCALING);
    }

    private Value resampled(NcsnppBlock block, Value x) {
        return switch (block.resampling()) {
            case NONE -> x;
            case DOWN -> halved(block.filter(), x);
            case UP -> doubled(block.filter(), x);
        };
    }

    private Value halved(FirResampling filter, Value x) {
        Value kernel = layers.filter(filter, x.size(1), 1);
        return operators.convolution(x, List.of(kernel), new Operators.Motion(2, filter.border(), x.size(1)));
    }

    private Value doubled(FirResampling filter, Value x) {
        Value kernel = layers.filter(filter, x.size(1), FirResampling.DOUBLING_GAIN);
        return operators.transposedConvolution(x, kernel, new Operators.Motion(2, filter.border(), x.size(1)));
    }

    private Value convolvedAndHalved(FirDownConvolution layer, Value x) {
        FirResampling filter = layer.resampling();
        int margin = filter.border() + FirDownConvolution.KERNEL / 2;
        Value smoothed = operators.convolution(
                x, List.of(layers.filter(filter, x.size(1), 1)), new Operators.Motion(1, margin, x.size(1)));
        return operators.convolution(smoothed, layers.weightAndBias(layer.name()), new Operators.Motion(2, 0, 1));
    }
}
