package org.bcm4j.onnx;

import java.util.Arrays;
import java.util.List;
import org.bcm4j.nn.Attention;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.DotProductAttention;
import org.bcm4j.nn.Embedding;
import org.bcm4j.nn.FirResampling;
import org.bcm4j.nn.FourierFeatures;
import org.bcm4j.nn.GroupNorm;
import org.bcm4j.nn.Linear;
import org.bcm4j.nn.NoiseFeatures;
import org.bcm4j.nn.PositionalFeatures;
import org.bcm4j.nn.Resampling;
import org.bcm4j.nn.Sinusoid;
import org.bcm4j.onnx.Operators.Motion;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Weights;

/** The layers of {@code nn} in ONNX's operators. Each method computes the layer's {@code apply}, without dropout. */
record Layers(OnnxGraph graph, Operators operators, Weights weights) {
    Layers(OnnxGraph graph, Weights weights) {
        this(graph, new Operators(graph), weights);
    }

    /** A parameter of the network. */
    Value weight(String name) {
        return graph.constant(name, weights.get(name));
    }

    List<Value> weightAndBias(String name) {
        return List.of(weight(name + ".weight"), weight(name + ".bias"));
    }

    Value linear(Linear layer, Value x) {
        return operators.dense(
                x, layer.biased() ? weightAndBias(layer.name()) : List.of(weight(layer.name() + ".weight")));
    }

    Value embedding(Embedding layer, Value indices) {
        return operators.rows(weight(layer.name() + ".weight"), indices);
    }

    Value convolution(Convolution layer, Value x) {
        return operators.convolution(x, weightAndBias(layer.name()), Motion.keepingSize(layer.kernel()));
    }

    /**
     * This operator set has no group norm. Its instance norm normalises each [n] of [B,groups,n]; scale and shift
     * follow it.
     */
    Value groupNorm(GroupNorm layer, Value x) {
        long groups = layer.groups();
        long channels = layer.channels();
        float[] none = new float[layer.groups()];
        float[] ones = new float[layer.groups()];
        Arrays.fill(ones, 1);
        Value normalized = operators.normalizeLast(
                operators.reshape(x, Value.BATCH, groups, channels / groups * x.size(2) * x.size(3)),
                graph.constant("ones " + groups, HostTensors.ofFloats(ones, groups)),
                graph.constant("zeros " + groups, HostTensors.ofFloats(none, groups)),
                layer.epsilon());
        Value restored = operators.reshape(normalized, Value.BATCH, channels, x.size(2), x.size(3));
        Value scaled = operators.multiply(restored, perChannel(layer.name() + ".weight"));
        return operators.add(scaled, perChannel(layer.name() + ".bias"));
    }

    /** A parameter [C] as [C,1,1], which broadcasts to [B,C,H,W]. */
    private Value perChannel(String name) {
        return graph.constant(name, weights.get(name).view(-1, 1, 1));
    }

    Value silu(Value x) {
        return operators.multiply(x, operators.sigmoid(x));
    }

    Value resampling(Resampling resampling, Value x) {
        return switch (resampling) {
            case NONE -> x;
            case DOWN -> operators.halvedByMeans(x);
            case UP -> operators.doubledByRepetition(x);
        };
    }

    /** Noise scales [B] to [B,width]. */
    Value sinusoid(Sinusoid layer, Value t) {
        Value argument = operators.multiply(operators.log(t), Sinusoid.LOG_SCALE);
        Value frequencies = graph.constant("sinusoid frequencies " + layer.width(), layer.frequencies());
        Value angle = operators.multiply(operators.reshape(argument, Value.BATCH, 1), frequencies);
        return operators.concatenate(1, operators.cosine(angle), operators.sine(angle));
    }

    /** Numbers [B] to [B,width]. */
    Value noiseFeatures(NoiseFeatures layer, Value noise) {
        Value column = operators.reshape(noise, Value.BATCH, 1);
        Value angle = layer instanceof FourierFeatures fourier
                ? operators.multiply(column, fourierFrequencies(fourier))
                : operators.multiply(column, positionalFrequencies((PositionalFeatures) layer));
        return operators.concatenate(1, operators.sine(angle), operators.cosine(angle));
    }

    private Value fourierFrequencies(FourierFeatures layer) {
        return operators.multiply(operators.multiply(weight(layer.name()), layer.scale()), 2 * Math.PI);
    }

    private Value positionalFrequencies(PositionalFeatures layer) {
        return graph.constant("positional frequencies " + layer.width(), layer.frequencies());
    }

    /** A resampling filter with sum {@code gain}, applied to each channel separately. */
    Value filter(FirResampling resampling, long channels, double gain) {
        long taps = resampling.taps().size();
        return graph.constant(
                "filter " + resampling.taps() + " of " + channels + ", gain " + gain,
                resampling.kernel(gain).expand(channels, 1, taps, taps));
    }

    /** The output of attention, to be added to x. */
    Value attention(DotProductAttention layer, Value x) {
        Value qkv = convolution(layer.qkv(), groupNorm(layer.norm(), x));
        Value interleaved = operators.reshape(qkv, Value.BATCH, layer.channels(), 3, x.size(2) * x.size(3));
        Value image = operators.reshape(
                mixed(interleaved, 2, layer.channels()), Value.BATCH, layer.channels(), x.size(2), x.size(3));
        return convolution(layer.projection(), image);
    }

    Value attention(Attention layer, Value x) {
        long heads = layer.channels() / layer.headWidth();
        long positions = x.size(2) * x.size(3);
        Value qkv = convolution(layer.qkv(), groupNorm(layer.norm(), x));
        Value raw = operators.reshape(qkv, Value.BATCH, 3, heads, layer.headWidth(), positions);
        Value byHead = layer.normalized() ? normalized(raw, layer) : raw;
        Value mixed = mixed(byHead, 1, layer.headWidth());
        Value image = operators.reshape(mixed, Value.BATCH, layer.channels(), x.size(2), x.size(3));
        return operators.add(x, convolution(layer.projection(), image));
    }

    /** x/(ε + ‖x‖/√d) over the channels of each head. */
    private Value normalized(Value x, Attention layer) {
        Value magnitude = operators.multiply(operators.norm(x, 3), 1 / Math.sqrt(layer.headWidth()));
        return operators.divide(x, operators.add(magnitude, Attention.EPSILON));
    }

    /**
     * Applies attention to q, k and v, which are adjacent in a dimension of {@code qkv}. The last two of the other
     * dimensions are channels and positions.
     */
    private Value mixed(Value qkv, int dimension, double channels) {
        Value q = operators.select(qkv, dimension, 0);
        Value k = operators.select(qkv, dimension, 1);
        Value v = operators.select(qkv, dimension, 2);
        Value scores = operators.multiply(operators.product(operators.transposeLast(q), k), 1 / Math.sqrt(channels));
        return operators.product(v, operators.transposeLast(operators.softmaxOverLast(scores)));
    }
}
