package org.bcm4j.onnx;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bcm4j.nn.Operations;
import org.bcm4j.nn.Shape;
import org.bcm4j.nn.Trace;
import org.bcm4j.onnx.OnnxGraph.Attribute;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/**
 * Adds the operations of a network to a graph, as ONNX's operators, with the network's weights as constants. {@link Trace}
 * computes the shapes.
 */
public final class OnnxOperations implements Operations<Value> {
    private final OnnxGraph graph;
    private final Weights weights;
    private final Trace shapes = new Trace();
    private final Map<Value, Norm> norms = new HashMap<>();

    /**
     * What a group norm consists of.
     *
     * @param normalized [B,C,H,W] of mean 0 and variance 1 in each group
     * @param weight [C,1,1]
     * @param bias [C,1,1]
     */
    private record Norm(Value normalized, Value weight, Value bias) {}

    public OnnxOperations(OnnxGraph graph, Weights weights) {
        this.graph = graph;
        this.weights = weights;
    }

    @Override
    public Value parameter(String name, Initialization start, long... shape) {
        return graph.constant(name, weights.get(name));
    }

    @Override
    public Value constant(String name, Supplier<Tensor> values, long... shape) {
        return graph.constant(name, values.get());
    }

    @Override
    public long size(Value x, int dimension) {
        return x.shape().size(dimension);
    }

    @Override
    public Value elementwise(Function function, Value x) {
        return switch (function) {
            case RECIPROCAL -> node("Reciprocal", x.shape(), List.of(x));
            case SQUARE -> multiply(x, x);
            case SQRT -> node("Sqrt", x.shape(), List.of(x));
            case RSQRT -> reciprocal(sqrt(x));
            case LOG -> node("Log", x.shape(), List.of(x));
            case SIN -> node("Sin", x.shape(), List.of(x));
            case COS -> node("Cos", x.shape(), List.of(x));
            case SILU -> multiply(x, node("Sigmoid", x.shape(), List.of(x)));
        };
    }

    @Override
    public Value elementwise(Arithmetic operator, Value a, Value b) {
        String name = switch (operator) {
            case ADD -> "Add";
            case SUBTRACT -> "Sub";
            case MULTIPLY -> "Mul";
            case DIVIDE -> "Div";
        };
        return node(name, shapes.elementwise(operator, a.shape(), b.shape()), List.of(a, b));
    }

    @Override
    public Value elementwise(Arithmetic operator, Value x, double number) {
        return elementwise(operator, x, graph.number(number));
    }

    @Override
    public Value scaledAndShifted(Value x, Value scale, Value shift) {
        Value factor = add(scale, 1);
        Norm norm = norms.get(x);
        if (norm == null) {
            return add(multiply(x, factor), shift);
        }
        // One factor and one shift for each image and channel, instead of two operations more on the features.
        Value offset = add(multiply(norm.bias(), factor), shift);
        return add(multiply(norm.normalized(), multiply(norm.weight(), factor)), offset);
    }

    @Override
    public Value norm(Value x, int dimension) {
        return node(
                "ReduceL2",
                shapes.norm(x.shape(), dimension),
                List.of(x),
                Attribute.of("axes", List.of((long) dimension)),
                Attribute.of("keepdims", 1));
    }

    @Override
    public Value linear(Value x, Value weight, Optional<Value> bias) {
        Shape shape = shapes.linear(x.shape(), weight.shape(), bias.map(Value::shape));
        return node("Gemm", shape, inputs(x, weight, bias), Attribute.of("transB", 1));
    }

    @Override
    public Value convolution(Value x, Value weight, Optional<Value> bias, Window window) {
        Shape shape = shapes.convolution(x.shape(), weight.shape(), bias.map(Value::shape), window);
        return node("Conv", shape, inputs(x, weight, bias), attributes(weight, window));
    }

    @Override
    public Value transposedConvolution(Value x, Value weight, Window window) {
        Shape shape = shapes.transposedConvolution(x.shape(), weight.shape(), window);
        return node("ConvTranspose", shape, List.of(x, weight), attributes(weight, window));
    }

    private static Attribute[] attributes(Value weight, Window window) {
        long stride = window.stride();
        long padding = window.padding();
        return new Attribute[] {
            Attribute.of("kernel_shape", weight.shape().sizes().subList(2, 4)),
            Attribute.of("strides", List.of(stride, stride)),
            Attribute.of("pads", List.of(padding, padding, padding, padding)),
            Attribute.of("group", window.groups())
        };
    }

    private static List<Value> inputs(Value x, Value weight, Optional<Value> bias) {
        return Stream.concat(Stream.of(x, weight), bias.stream()).toList();
    }

    /**
     * This operator set has no group norm. Its instance norm normalises each [n] of [B,groups,n]; scale and shift
     * follow it.
     */
    @Override
    public Value groupNorm(Value x, int groups, Value weight, Value bias, double epsilon) {
        Shape shape = x.shape();
        float[] ones = new float[groups];
        Arrays.fill(ones, 1);
        Value grouped = reshape(x, BATCH, groups, shape.elements() / groups);
        Value normalized = node(
                "InstanceNormalization",
                grouped.shape(),
                List.of(
                        grouped,
                        graph.constant("ones " + groups, HostTensors.ofFloats(ones, groups)),
                        graph.constant("zeros " + groups, HostTensors.ofFloats(new float[groups], groups))),
                Attribute.of("epsilon", epsilon));
        Value restored = reshape(normalized, BATCH, shape.size(1), shape.size(2), shape.size(3));
        Norm norm = new Norm(restored, perChannel(weight), perChannel(bias));
        Value scaled = add(multiply(restored, norm.weight()), norm.bias());
        norms.put(scaled, norm);
        return scaled;
    }

    /** [C] as [C,1,1], which broadcasts to [B,C,H,W]. */
    private Value perChannel(Value parameter) {
        return reshape(parameter, parameter.shape().size(0), 1, 1);
    }

    @Override
    public Value attention(Value q, Value k, Value v) {
        long positions = size(q, 3);
        Shape square = q.shape().with(2, positions);
        Value products = node("MatMul", square, List.of(lastTwoExchanged(q), k));
        Value scores = multiply(products, 1 / Math.sqrt(size(q, 2)));
        Value mixture = node("Softmax", square, List.of(scores), Attribute.of("axis", -1));
        return node("MatMul", v.shape(), List.of(v, lastTwoExchanged(mixture)));
    }

    private Value lastTwoExchanged(Value x) {
        Shape shape = x.shape();
        Shape exchanged = shape.with(2, shape.size(3)).with(3, shape.size(2));
        return node("Transpose", exchanged, List.of(x), Attribute.of("perm", List.of(0L, 1L, 3L, 2L)));
    }

    @Override
    public Value rows(Value table, Value indices) {
        return node("Gather", shapes.rows(table.shape(), indices.shape()), List.of(table, indices));
    }

    @Override
    public Value oneHot(Value indices, int classes) {
        Value offAndOn = graph.constant("off and on", HostTensors.ofFloats(new float[] {0, 1}, 2));
        return node(
                "OneHot",
                shapes.oneHot(indices.shape(), classes),
                List.of(indices, graph.integer(classes), offAndOn),
                Attribute.of("axis", -1));
    }

    /** At most one size is that of the batch. */
    @Override
    public Value reshape(Value x, long... shape) {
        Shape to = Shape.of(shape);
        return to.equals(x.shape()) ? x : node("Reshape", to, List.of(x, graph.integers(shape)));
    }

    @Override
    public Value select(Value x, int dimension, long index) {
        return node(
                "Gather",
                shapes.select(x.shape(), dimension, index),
                List.of(x, graph.integer(index)),
                Attribute.of("axis", dimension));
    }

    @Override
    public List<Value> halves(Value x, int dimension) {
        List<Shape> halves = shapes.halves(x.shape(), dimension);
        return graph.nodes("Split", List.of(x), halves, Attribute.of("axis", dimension));
    }

    @Override
    public Value concatenate(int dimension, Value a, Value b) {
        Shape shape = shapes.concatenate(dimension, a.shape(), b.shape());
        return node("Concat", shape, List.of(a, b), Attribute.of("axis", dimension));
    }

    @Override
    public Value halvedByMeans(Value x) {
        return node(
                "AveragePool",
                shapes.halvedByMeans(x.shape()),
                List.of(x),
                Attribute.of("kernel_shape", List.of(2L, 2L)),
                Attribute.of("strides", List.of(2L, 2L)));
    }

    @Override
    public Value doubledByRepetition(Value x) {
        Value scales = graph.constant("scales 1 1 2 2", HostTensors.ofFloats(new float[] {1, 1, 2, 2}, 4));
        Value absent = new Value("", List.of());
        return node(
                "Resize",
                shapes.doubledByRepetition(x.shape()),
                List.of(x, absent, scales),
                Attribute.of("mode", "nearest"),
                Attribute.of("coordinate_transformation_mode", "asymmetric"),
                Attribute.of("nearest_mode", "floor"));
    }

    /** ONNX's own operator uses another order of the channels. */
    @Override
    public Value folded(Value x, int factor) {
        Shape to = shapes.folded(x.shape(), factor);
        Value squares = reshape(x, BATCH, size(x, 1), to.size(2), factor, to.size(3), factor);
        Shape gathered = Shape.of(BATCH, size(x, 1), factor, factor, to.size(2), to.size(3));
        Value adjoining =
                node("Transpose", gathered, List.of(squares), Attribute.of("perm", List.of(0L, 1L, 3L, 5L, 2L, 4L)));
        return reshape(adjoining, BATCH, to.size(1), to.size(2), to.size(3));
    }

    @Override
    public Value unfolded(Value x, int factor) {
        return node(
                "DepthToSpace",
                shapes.unfolded(x.shape(), factor),
                List.of(x),
                Attribute.of("blocksize", factor),
                Attribute.of("mode", "CRD"));
    }

    @Override
    public Value detached(Value x) {
        return x;
    }

    @Override
    public Value float32(Value x) {
        return x;
    }

    private Value node(String operator, Shape shape, List<Value> inputs, Attribute... attributes) {
        return graph.nodes(operator, inputs, List.of(shape), attributes).get(0);
    }
}
