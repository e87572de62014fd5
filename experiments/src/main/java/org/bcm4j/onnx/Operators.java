package org.bcm4j.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bcm4j.onnx.OnnxGraph.Attribute;
import org.bcm4j.tensor.HostTensors;

/** ONNX's operators. Each method adds one node to a graph and computes the shape of its output. */
record Operators(OnnxGraph graph) {
    /** The movement of a filter over an image, the same in height and width. */
    record Motion(long stride, long padding, long groups) {
        /** The movement of a filter of odd size that keeps height and width. */
        static Motion keepingSize(long kernel) {
            return new Motion(1, kernel / 2, 1);
        }
    }

    Value add(Value a, Value b) {
        return elementwise("Add", a, b);
    }

    Value add(Value a, double b) {
        return add(a, graph.number(b));
    }

    Value subtract(Value a, Value b) {
        return elementwise("Sub", a, b);
    }

    Value subtract(Value a, double b) {
        return subtract(a, graph.number(b));
    }

    Value multiply(Value a, Value b) {
        return elementwise("Mul", a, b);
    }

    Value multiply(Value a, double b) {
        return multiply(a, graph.number(b));
    }

    Value divide(Value a, Value b) {
        return elementwise("Div", a, b);
    }

    private Value elementwise(String operator, Value a, Value b) {
        return graph.node(operator, List.of(a, b), a.broadcastWith(b));
    }

    Value square(Value x) {
        return multiply(x, x);
    }

    Value squareRoot(Value x) {
        return elementwise("Sqrt", x);
    }

    Value reciprocal(Value x) {
        return elementwise("Reciprocal", x);
    }

    Value log(Value x) {
        return elementwise("Log", x);
    }

    Value sine(Value x) {
        return elementwise("Sin", x);
    }

    Value cosine(Value x) {
        return elementwise("Cos", x);
    }

    Value sigmoid(Value x) {
        return elementwise("Sigmoid", x);
    }

    private Value elementwise(String operator, Value x) {
        return graph.node(operator, List.of(x), x.shape());
    }

    Value softmaxOverLast(Value x) {
        return graph.node("Softmax", List.of(x), x.shape(), Attribute.of("axis", -1));
    }

    /** √(Σ x²) over one dimension, whose size becomes 1. */
    Value norm(Value x, int dimension) {
        return graph.node(
                "ReduceL2",
                List.of(x),
                x.shapeWith(dimension, 1),
                Attribute.of("axes", List.of((long) dimension)),
                Attribute.of("keepdims", 1));
    }

    /** Normalises each [n] of [B,c,n] to zero mean and unit variance. */
    Value normalizeLast(Value x, Value ones, Value zeros, double epsilon) {
        return graph.node(
                "InstanceNormalization", List.of(x, ones, zeros), x.shape(), Attribute.of("epsilon", epsilon));
    }

    /** Matrix products of the last two dimensions. */
    Value product(Value a, Value b) {
        int last = a.shape().size() - 1;
        return graph.node("MatMul", List.of(a, b), a.shapeWith(last, b.size(last)));
    }

    /** x·Wᵀ, with a bias if {@code weightAndBias} has two entries: [B,in] to [B,out]. */
    Value dense(Value x, List<Value> weightAndBias) {
        return graph.node(
                "Gemm",
                concatenated(List.of(x), weightAndBias),
                x.shapeWith(1, weightAndBias.get(0).size(0)),
                Attribute.of("transB", 1));
    }

    /** [B,in,H,W] to [B,out,H',W'], with a bias if {@code kernelAndBias} has two entries. */
    Value convolution(Value x, List<Value> kernelAndBias, Motion motion) {
        Value kernel = kernelAndBias.get(0);
        long side = (x.size(2) + 2 * motion.padding() - kernel.size(2)) / motion.stride() + 1;
        return convolution("Conv", x, kernelAndBias, motion, kernel.size(0), side);
    }

    /** The adjoint of a convolution of each channel separately: [B,C,H,W] to [B,C,H',W']. */
    Value transposedConvolution(Value x, Value kernel, Motion motion) {
        long side = (x.size(2) - 1) * motion.stride() - 2 * motion.padding() + kernel.size(2);
        return convolution("ConvTranspose", x, List.of(kernel), motion, x.size(1), side);
    }

    private Value convolution(
            String operator, Value x, List<Value> kernelAndBias, Motion motion, long channels, long side) {
        Value kernel = kernelAndBias.get(0);
        long padding = motion.padding();
        return graph.node(
                operator,
                concatenated(List.of(x), kernelAndBias),
                List.of(x.size(0), channels, side, side),
                Attribute.of("kernel_shape", kernel.shape().subList(2, 4)),
                Attribute.of("strides", List.of(motion.stride(), motion.stride())),
                Attribute.of("pads", List.of(padding, padding, padding, padding)),
                Attribute.of("group", motion.groups()));
    }

    /** The means of 2×2 pixels. */
    Value halvedByMeans(Value x) {
        return graph.node(
                "AveragePool",
                List.of(x),
                List.of(x.size(0), x.size(1), x.size(2) / 2, x.size(3) / 2),
                Attribute.of("kernel_shape", List.of(2L, 2L)),
                Attribute.of("strides", List.of(2L, 2L)));
    }

    /** Repeats each pixel in a 2×2 square. */
    Value doubledByRepetition(Value x) {
        Value scales = graph.constant("scales 1 1 2 2", HostTensors.ofFloats(new float[] {1, 1, 2, 2}, 4));
        Value absent = new Value("", List.of());
        return graph.node(
                "Resize",
                List.of(x, absent, scales),
                List.of(x.size(0), x.size(1), 2 * x.size(2), 2 * x.size(3)),
                Attribute.of("mode", "nearest"),
                Attribute.of("coordinate_transformation_mode", "asymmetric"),
                Attribute.of("nearest_mode", "floor"));
    }

    /** Moves channels to squares of pixels: [B,C·factor²,H,W] to [B,C,H·factor,W·factor]. */
    Value unfolded(Value x, long factor) {
        return graph.node(
                "DepthToSpace",
                List.of(x),
                List.of(x.size(0), x.size(1) / (factor * factor), x.size(2) * factor, x.size(3) * factor),
                Attribute.of("blocksize", factor),
                Attribute.of("mode", "CRD"));
    }

    /** The same numbers in another shape. At most one size is that of the batch. */
    Value reshape(Value x, long... shape) {
        List<Long> sizes = Arrays.stream(shape).boxed().toList();
        return sizes.equals(x.shape()) ? x : graph.node("Reshape", List.of(x, graph.integers(shape)), sizes);
    }

    Value transpose(Value x, int... dimensions) {
        List<Long> from = Arrays.stream(dimensions).mapToObj(d -> (long) d).toList();
        List<Long> shape = Arrays.stream(dimensions).mapToObj(x::size).toList();
        return graph.node("Transpose", List.of(x), shape, Attribute.of("perm", from));
    }

    /** Exchanges the last two dimensions. */
    Value transposeLast(Value x) {
        int rank = x.shape().size();
        int[] dimensions = new int[rank];
        Arrays.setAll(dimensions, i -> i < rank - 2 ? i : 2 * rank - 3 - i);
        return transpose(x, dimensions);
    }

    Value concatenate(int dimension, Value a, Value b) {
        List<Long> shape = a.shapeWith(dimension, a.size(dimension) + b.size(dimension));
        return graph.node("Concat", List.of(a, b), shape, Attribute.of("axis", dimension));
    }

    /** The first and the second half along a dimension. */
    List<Value> halves(Value x, int dimension) {
        List<Long> half = x.shapeWith(dimension, x.size(dimension) / 2);
        return graph.nodes("Split", List.of(x), List.of(half, half), Attribute.of("axis", dimension));
    }

    /** Selects one index of a dimension, which disappears. */
    Value select(Value x, int dimension, long index) {
        List<Long> shape = new ArrayList<>(x.shape());
        shape.remove(dimension);
        return graph.node("Gather", List.of(x, graph.integer(index)), shape, Attribute.of("axis", dimension));
    }

    /** A row for each index: [n,width] and [B] to [B,width]. */
    Value rows(Value table, Value indices) {
        return graph.node("Gather", List.of(table, indices), List.of(indices.size(0), table.size(1)));
    }

    private static List<Value> concatenated(List<Value> first, List<Value> second) {
        List<Value> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
