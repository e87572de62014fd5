package org.bcm4j.nn;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * An evaluation of a network on tensors. It holds what the network needs in addition to its inputs: the weights and the
 * dropout masks. With another pass, the same architecture runs with live, frozen or averaged weights. Outputs belong to
 * the open scope.
 *
 * @param observer receives the outputs of the network's parts
 * @param recomputation computes what is inside of the network's parts again in the backward pass, or keeps it
 * @param kernel how convolutions are computed
 */
public record Pass(
        Weights weights, Dropout dropout, Observer observer, Recomputation recomputation, ConvolutionKernel kernel)
        implements Operations<Tensor> {
    /** Receives the outputs of a network's parts, in the order of their computation. */
    @FunctionalInterface
    public interface Observer {
        /**
         * @param part the common prefix of the part's parameter names, such as {@code middle_block.1}
         * @param output the output as the next part receives it; it must not be changed
         */
        void heard(String part, Tensor output);
    }

    /** A pass without an observer, which keeps everything for its backward pass. */
    public Pass(Weights weights, Dropout dropout) {
        this(weights, dropout, (part, output) -> {}, Recomputation.off(), LibtorchConvolution::apply);
    }

    /** A pass for evaluation, without dropout. */
    public static Pass evaluating(Weights weights) {
        return new Pass(weights, Dropout.off());
    }

    /** The same pass with an observer. */
    public Pass observedBy(Observer listener) {
        return new Pass(weights, dropout, listener, recomputation, kernel);
    }

    /** The same pass, before the first dropout layer. Every evaluation of a network begins so. */
    public Pass begun() {
        return new Pass(weights, dropout.fromStart(), observer, recomputation, kernel);
    }

    /** The same pass, with another recomputation. */
    public Pass recomputedBy(Recomputation again) {
        return new Pass(weights, dropout, observer, again, kernel);
    }

    /** The same pass, with another kernel for its convolutions. */
    public Pass convolvedBy(ConvolutionKernel other) {
        return new Pass(weights, dropout, observer, recomputation, other);
    }

    @Override
    public Tensor part(Tensor x, Tensor embedding, Part<Tensor> part) {
        return recomputation.run(this, x, embedding, part);
    }

    @Override
    public Tensor observed(String part, Tensor output) {
        observer.heard(part, output);
        return output;
    }

    @Override
    public Tensor dropout(Tensor x, double probability) {
        return dropout.apply(x, probability);
    }

    @Override
    public Tensor parameter(String name, Initialization start, long... shape) {
        return weights.get(name);
    }

    @Override
    public Tensor constant(String name, Supplier<Tensor> values, long... shape) {
        return weights.constant(name, values);
    }

    @Override
    public long size(Tensor x, int dimension) {
        return x.size(dimension);
    }

    @Override
    public Tensor elementwise(Function function, Tensor x) {
        return switch (function) {
            case RECIPROCAL -> x.reciprocal();
            case SQUARE -> x.square();
            case SQRT -> x.sqrt();
            case RSQRT -> x.rsqrt();
            case LOG -> x.log();
            case SIN -> x.sin();
            case COS -> x.cos();
            case SILU -> torch.silu(x);
        };
    }

    @Override
    public Tensor elementwise(Arithmetic operator, Tensor a, Tensor b) {
        return switch (operator) {
            case ADD -> a.add(b);
            case SUBTRACT -> a.sub(b);
            case MULTIPLY -> a.mul(b);
            case DIVIDE -> a.div(b);
        };
    }

    @Override
    public Tensor elementwise(Arithmetic operator, Tensor x, double number) {
        Scalar other = scalar(number);
        return switch (operator) {
            case ADD -> x.add(other);
            case SUBTRACT -> x.sub(other);
            case MULTIPLY -> x.mul(other);
            case DIVIDE -> x.div(other);
        };
    }

    @Override
    public Tensor scaledAndShifted(Tensor x, Tensor scale, Tensor shift) {
        return torch.addcmul(shift, x, scale.add(scalar(1.0)));
    }

    @Override
    public Tensor norm(Tensor x, int dimension) {
        return torch.linalg_vector_norm(x, scalar(2.0), new long[] {dimension}, true, new ScalarTypeOptional());
    }

    @Override
    public Tensor linear(Tensor x, Tensor weight, Optional<Tensor> bias) {
        return bias.isPresent() ? torch.linear(x, weight, new TensorOptional(bias.get())) : torch.linear(x, weight);
    }

    @Override
    public Tensor convolution(Tensor x, Tensor weight, Optional<Tensor> bias, Window window) {
        return kernel.convolve(x, weight, bias, window);
    }

    @Override
    public Tensor transposedConvolution(Tensor x, Tensor weight, Window window) {
        return LibtorchConvolution.transposed(x, weight, window);
    }

    @Override
    public Tensor groupNorm(Tensor x, int groups, Tensor weight, Tensor bias, double epsilon) {
        if (ChannelsLastNorm.isFor(x)) {
            return ChannelsLastNorm.apply(x, groups, weight, bias, epsilon);
        }
        return libtorchsGroupNorm(x, groups, weight, bias, epsilon);
    }

    static Tensor libtorchsGroupNorm(Tensor x, int groups, Tensor weight, Tensor bias, double epsilon) {
        // libtorch's backward pass of a channels-last group norm crashes the process on the CPU if x needs no gradient.
        return torch.group_norm(
                x.contiguous(), groups, new TensorOptional(weight), new TensorOptional(bias), epsilon, true);
    }

    @Override
    public Tensor attention(Tensor q, Tensor k, Tensor v) {
        // libtorch's fused attention is many times slower on a CPU.
        return q.is_cuda() ? fusedAttention(q, k, v) : explicitAttention(q, k, v);
    }

    static Tensor explicitAttention(Tensor q, Tensor k, Tensor v) {
        long width = q.size(2);
        long positions = q.size(3);
        Tensor queries = q.reshape(-1, width, positions);
        Tensor keys = k.reshape(-1, width, positions);
        Tensor values = v.reshape(-1, width, positions);

        // weights[i,j] is the weight of position j in position i.
        Tensor scores = torch.bmm(queries.transpose(1, 2), keys).mul(scalar(1 / Math.sqrt(width)));
        Tensor weights = torch.softmax(scores, -1);
        return torch.bmm(values, weights.transpose(1, 2)).reshape(q.shape());
    }

    static Tensor fusedAttention(Tensor q, Tensor k, Tensor v) {
        return torch.scaled_dot_product_attention(channelsLast(q), channelsLast(k), channelsLast(v))
                .transpose(2, 3);
    }

    /** The fast kernels want the channels of a position side by side; for others, libtorch takes a slow one. */
    private static Tensor channelsLast(Tensor x) {
        return x.transpose(2, 3).contiguous();
    }

    @Override
    public Tensor rows(Tensor table, Tensor indices) {
        return torch.embedding(table, indices);
    }

    @Override
    public Tensor oneHot(Tensor indices, int classes) {
        return torch.one_hot(indices, classes).to(torch.ScalarType.Float);
    }

    @Override
    public Tensor reshape(Tensor x, long... shape) {
        return x.reshape(shape);
    }

    @Override
    public Tensor select(Tensor x, int dimension, long index) {
        return x.select(dimension, index);
    }

    @Override
    public List<Tensor> halves(Tensor x, int dimension) {
        TensorVector halves = x.chunk(2, dimension);
        return List.of(halves.get(0), halves.get(1));
    }

    @Override
    public Tensor concatenate(int dimension, Tensor a, Tensor b) {
        return cat(dimension, a, b.to(a.scalar_type()));
    }

    @Override
    public Tensor halvedByMeans(Tensor x) {
        return torch.avg_pool2d(x, 2, 2);
    }

    @Override
    public Tensor doubledByRepetition(Tensor x) {
        return torch.upsample_nearest2d(x, new long[] {2 * x.size(2), 2 * x.size(3)});
    }

    @Override
    public Tensor folded(Tensor x, int factor) {
        return torch.pixel_unshuffle(x, factor);
    }

    @Override
    public Tensor unfolded(Tensor x, int factor) {
        return torch.pixel_shuffle(x, factor);
    }

    @Override
    public Tensor detached(Tensor x) {
        return x.detach();
    }

    @Override
    public Tensor float32(Tensor x) {
        return x.to(torch.ScalarType.Float);
    }

    @Override
    public Tensor inFloat32(Tensor x, UnaryOperator<Tensor> part) {
        try (Precision.Guard guard = Precision.float32Within(x.is_cuda() ? Device.CUDA : Device.CPU)) {
            return part.apply(float32(x));
        }
    }
}
