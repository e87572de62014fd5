package org.bcm4j.nn;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;

/**
 * Runs a network on shapes alone. Afterwards it knows the network's parameters, in the order of their first use, and
 * its cost. It computes no numbers. For one thread.
 */
public final class Trace implements Operations<Shape> {
    private final WeightLayout.Builder parameters = new WeightLayout.Builder();
    private Cost cost = Cost.NONE;

    /** The parameters that were used. */
    public WeightLayout parameters() {
        return parameters.build();
    }

    /** The cost of all operations so far, for one image. */
    public Cost cost() {
        return cost;
    }

    @Override
    public Shape parameter(String name, Initialization start, long... shape) {
        parameters.declare(name, start, shape);
        return Shape.of(shape);
    }

    @Override
    public Shape constant(String name, Supplier<Tensor> values, long... shape) {
        return Shape.of(shape);
    }

    @Override
    public long size(Shape x, int dimension) {
        return x.size(dimension);
    }

    @Override
    public Shape elementwise(Function function, Shape x) {
        return computed(x);
    }

    @Override
    public Shape elementwise(Arithmetic operator, Shape a, Shape b) {
        return computed(a.broadcastWith(b));
    }

    @Override
    public Shape elementwise(Arithmetic operator, Shape x, double number) {
        return computed(x);
    }

    @Override
    public Shape scaledAndShifted(Shape x, Shape scale, Shape shift) {
        return computed(x.broadcastWith(scale).broadcastWith(shift));
    }

    @Override
    public Shape norm(Shape x, int dimension) {
        return computed(x.with(dimension, 1));
    }

    @Override
    public Shape linear(Shape x, Shape weight, Optional<Shape> bias) {
        return computed(x.with(1, weight.size(0)), weight.elements());
    }

    @Override
    public Shape convolution(Shape x, Shape weight, Optional<Shape> bias, Window window) {
        long kernel = weight.size(2);
        Shape output = x.with(1, weight.size(0))
                .with(2, (x.size(2) + 2L * window.padding() - kernel) / window.stride() + 1)
                .with(3, (x.size(3) + 2L * window.padding() - kernel) / window.stride() + 1);
        return computed(output, output.elements() * weight.size(1) * kernel * kernel);
    }

    @Override
    public Shape transposedConvolution(Shape x, Shape weight, Window window) {
        long kernel = weight.size(2);
        Shape output = x.with(2, (x.size(2) - 1) * window.stride() - 2L * window.padding() + kernel)
                .with(3, (x.size(3) - 1) * window.stride() - 2L * window.padding() + kernel);
        return computed(output, x.elements() * kernel * kernel);
    }

    @Override
    public Shape groupNorm(Shape x, int groups, Shape weight, Shape bias, double epsilon) {
        return computed(x);
    }

    @Override
    public Shape attention(Shape q, Shape k, Shape v) {
        long positions = q.size(3);
        Shape scores = q.with(2, positions);
        computed(scores, q.elements() * positions);
        computed(scores); // softmax
        return computed(q, q.elements() * positions);
    }

    @Override
    public Shape rows(Shape table, Shape indices) {
        return computed(Shape.of(indices.size(0), table.size(1)));
    }

    @Override
    public Shape oneHot(Shape indices, int classes) {
        return computed(Shape.of(indices.size(0), classes));
    }

    @Override
    public Shape reshape(Shape x, long... shape) {
        return Shape.of(shape);
    }

    @Override
    public Shape select(Shape x, int dimension, long index) {
        return x.without(dimension);
    }

    @Override
    public List<Shape> halves(Shape x, int dimension) {
        Shape half = x.with(dimension, x.size(dimension) / 2);
        return List.of(half, half);
    }

    @Override
    public Shape concatenate(int dimension, Shape a, Shape b) {
        return computed(a.with(dimension, a.size(dimension) + b.size(dimension)));
    }

    @Override
    public Shape halvedByMeans(Shape x) {
        return computed(x.with(2, x.size(2) / 2).with(3, x.size(3) / 2));
    }

    @Override
    public Shape doubledByRepetition(Shape x) {
        return computed(x.with(2, 2 * x.size(2)).with(3, 2 * x.size(3)));
    }

    @Override
    public Shape folded(Shape x, int factor) {
        return computed(x.with(1, x.size(1) * factor * factor)
                .with(2, x.size(2) / factor)
                .with(3, x.size(3) / factor));
    }

    @Override
    public Shape unfolded(Shape x, int factor) {
        return computed(x.with(1, x.size(1) / factor / factor)
                .with(2, x.size(2) * factor)
                .with(3, x.size(3) * factor));
    }

    @Override
    public Shape detached(Shape x) {
        return x;
    }

    @Override
    public Shape float32(Shape x) {
        return x;
    }

    private Shape computed(Shape output) {
        return computed(output, 0);
    }

    private Shape computed(Shape output, long multiplyAdds) {
        cost = cost.plus(new Cost(multiplyAdds, output.elements()));
        return output;
    }
}
