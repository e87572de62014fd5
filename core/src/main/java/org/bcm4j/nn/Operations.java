package org.bcm4j.nn;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bcm4j.tensor.Initialization;
import org.bytedeco.pytorch.Tensor;

/**
 * The operations that networks are built from. A layer describes its computation once, with these operations, for
 * values of any type V. What a value is depends on the implementation: a tensor ({@link Pass}, which evaluates a
 * network), a shape ({@link Trace}, which finds its parameters and its cost), or a node of a graph (the ONNX export).
 *
 * <p>Values have a batch as their first dimension, except for parameters and constants. Shapes that an operation
 * receives have {@link #BATCH} in the place of its size. Elementwise operations broadcast as in NumPy.
 *
 * @param <V> the type of a value
 */
public interface Operations<V> {
    /** Functions of single numbers. */
    enum Function {
        /** 1/x. */
        RECIPROCAL,
        /** x². */
        SQUARE,
        SQRT,
        /** 1/√x. */
        RSQRT,
        /** The natural logarithm. */
        LOG,
        SIN,
        COS,
        /** x·sigmoid(x). */
        SILU
    }

    /** Operators on two numbers. */
    enum Arithmetic {
        ADD,
        SUBTRACT,
        MULTIPLY,
        DIVIDE
    }

    /** Stands for the size of the batch in a shape. */
    long BATCH = -1;

    /**
     * A part of a network: maps features [B,C,H,W] and an embedding [B,E] to features. It is a function of these two and
     * of parameters only, so that an implementation may compute it again instead of keeping what is inside.
     */
    @FunctionalInterface
    interface Part<V> {
        V apply(Operations<V> op, V x, V embedding);
    }

    /** The output of a part. */
    default V part(V x, V embedding, Part<V> part) {
        return part.apply(this, x, embedding);
    }

    /**
     * A parameter of the network. The same name always means the same parameter.
     *
     * @param start its initial values
     */
    V parameter(String name, Initialization start, long... shape);

    /**
     * A float32 tensor that is no parameter. The same name always means the same values.
     *
     * @param values computes the tensor, on the CPU; called at most once if the operations keep it
     */
    V constant(String name, Supplier<Tensor> values, long... shape);

    /** The size of a dimension. That of the batch may be {@link #BATCH}. */
    long size(V x, int dimension);

    /** Applies a function to every number. */
    V elementwise(Function function, V x);

    /** Combines two values number by number. */
    V elementwise(Arithmetic operator, V a, V b);

    /** Combines every number with the same one. */
    V elementwise(Arithmetic operator, V x, double number);

    default V add(V a, V b) {
        return elementwise(Arithmetic.ADD, a, b);
    }

    default V add(V x, double number) {
        return elementwise(Arithmetic.ADD, x, number);
    }

    default V subtract(V a, V b) {
        return elementwise(Arithmetic.SUBTRACT, a, b);
    }

    default V subtract(V x, double number) {
        return elementwise(Arithmetic.SUBTRACT, x, number);
    }

    default V multiply(V a, V b) {
        return elementwise(Arithmetic.MULTIPLY, a, b);
    }

    default V multiply(V x, double number) {
        return elementwise(Arithmetic.MULTIPLY, x, number);
    }

    default V divide(V a, V b) {
        return elementwise(Arithmetic.DIVIDE, a, b);
    }

    default V square(V x) {
        return elementwise(Function.SQUARE, x);
    }

    default V sqrt(V x) {
        return elementwise(Function.SQRT, x);
    }

    default V reciprocal(V x) {
        return elementwise(Function.RECIPROCAL, x);
    }

    default V rsqrt(V x) {
        return elementwise(Function.RSQRT, x);
    }

    default V log(V x) {
        return elementwise(Function.LOG, x);
    }

    default V sin(V x) {
        return elementwise(Function.SIN, x);
    }

    default V cos(V x) {
        return elementwise(Function.COS, x);
    }

    default V silu(V x) {
        return elementwise(Function.SILU, x);
    }

    /** x·(1 + scale) + shift. */
    V scaledAndShifted(V x, V scale, V shift);

    /** The Euclidean norm over one dimension, whose size becomes 1. */
    V norm(V x, int dimension);

    /** x·Wᵀ + b: [B,in] to [B,out], with a weight [out,in] and a bias [out]. */
    V linear(V x, V weight, Optional<V> bias);

    /** [B,in,H,W] to [B,out,H',W'], with a weight [out,in/groups,k,k] and a bias [out]. */
    V convolution(V x, V weight, Optional<V> bias, Window window);

    /** The transpose of a convolution of each channel separately: [B,C,H',W'] to [B,C,H,W], weight [C,1,k,k]. */
    V transposedConvolution(V x, V weight, Window window);

    /** Group normalisation of [B,C,H,W], with a weight and a bias [C]. Its statistics are float32. */
    V groupNorm(V x, int groups, V weight, V bias, double epsilon);

    /** Attention of each head, v·softmax(qᵀk/√d)ᵀ: three of [B,heads,d,positions] to one. */
    V attention(V q, V k, V v);

    /** Rows of a table: [n,width] and int64 [B] to [B,width]. */
    V rows(V table, V indices);

    /** int64 [B] in [0,classes) to float32 [B,classes]. */
    V oneHot(V indices, int classes);

    /** The same numbers in another shape. */
    V reshape(V x, long... shape);

    /** Selects one index of a dimension, which disappears. */
    V select(V x, int dimension, long index);

    /** The first and the second half along a dimension. */
    List<V> halves(V x, int dimension);

    /** Joins two values along a dimension. In mixed precision the result has the first one's element type. */
    V concatenate(int dimension, V a, V b);

    /** Means of 2×2 pixels: [B,C,H,W] to [B,C,H/2,W/2]. */
    V halvedByMeans(V x);

    /** Each pixel four times: [B,C,H,W] to [B,C,2H,2W]. */
    V doubledByRepetition(V x);

    /** Moves squares of pixels to channels: [B,C,H·factor,W·factor] to [B,C·factor²,H,W]; pixels of a channel adjoin. */
    V folded(V x, int factor);

    /** The inverse of {@link #folded}. */
    V unfolded(V x, int factor);

    /** The value as a constant: no gradient flows through it. */
    V detached(V x);

    /** The value in float32, where an evaluation has another precision. */
    V float32(V x);

    /**
     * Computes a part of a network in float32, where an evaluation has another precision.
     *
     * @param x its input, which it receives in float32; what else it uses must be float32
     */
    default V inFloat32(V x, UnaryOperator<V> part) {
        return part.apply(x);
    }

    /** Dropout with the given probability, in training. */
    default V dropout(V x, double probability) {
        return x;
    }

    /** Passes the output of a part to an observer, if there is one, and returns it. */
    default V observed(String part, V output) {
        return output;
    }

    /**
     * How a kernel moves over an image, the same in height and width.
     *
     * @param padding zeros around the image, in pixels
     * @param groups 1, or the number of channels where each is convolved separately
     */
    record Window(int stride, int padding, int groups) {
        /** A kernel of odd size that keeps height and width. */
        static Window keepingSize(int kernel) {
            return new Window(1, kernel / 2, 1);
        }
    }
}
