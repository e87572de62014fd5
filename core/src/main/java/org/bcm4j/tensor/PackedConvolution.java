package org.bcm4j.tensor;

import static org.bcm4j.tensor.Ops.withZeros;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Argument;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Operation;
import org.bytedeco.pytorch.Operator;
import org.bytedeco.pytorch.OperatorVector;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A convolution whose weights were copied once into the order in which oneDNN's kernels read them. libtorch's own
 * convolution copies them in each call. Float32 or bfloat16 on the CPU, stride 1, without gradients. Immutable and
 * thread-safe.
 */
public final class PackedConvolution implements AutoCloseable {
    /** The arguments of libtorch's operator after the input. */
    private final IValue[] arguments;

    private final long outputs;
    private final ScalarType type;

    /**
     * @param weight float32, or bfloat16 of two inputs at least, [out,in,k,k]
     * @param bias [out], of the same type
     * @param padding zeros around the image, in pixels
     * @param input the shape [B,in,H,W] of the inputs to choose the order for; others are computed too, more slowly
     */
    public PackedConvolution(Tensor weight, Tensor bias, long padding, long... input) {
        outputs = weight.size(0);
        type = weight.scalar_type().intern();
        long missing = filled(outputs, weight.size(2)) - outputs;
        try (Scope scope = Scope.open()) {
            IValue paddings = new IValue(Operators.integers(padding, padding));
            IValue ones = new IValue(Operators.integers(1, 1));
            IValue groups = new IValue(1L);
            IValue sizes = new IValue(Operators.integers(input));
            IValue whole = new IValue(withZeros(weight, 0, missing));
            IValue packed = new IValue(call(Operators.PACK, whole, paddings, ones, ones, groups, sizes));
            IValue noFunction = new IValue("none");
            IValue noScalars = new IValue(new GenericList(Operators.SCALAR));
            IValue noAlgorithm = new IValue("");
            arguments = new IValue[] {
                packed,
                new IValue(withZeros(bias, 0, missing)),
                paddings,
                ones,
                ones,
                groups,
                noFunction,
                noScalars,
                noAlgorithm
            };
            for (IValue argument : arguments) {
                argument.retainReference();
            }
        }
    }

    /**
     * The outputs with which all blocks of a packed weight are whole. oneDNN 3.7 packs the rest of a block wrongly on some
     * processors ({@code LibtorchConvolution}): with a kernel of one pixel, where the blocks have 32, 48 or 64 outputs.
     */
    private static long filled(long outputs, long kernel) {
        long whole = Math.min(roundedUp(outputs, 32), roundedUp(outputs, 48));
        return kernel == 1 && outputs > 32 ? whole : outputs;
    }

    private static long roundedUp(long number, long block) {
        return (number + block - 1) / block * block;
    }

    /** Whether this libtorch has the operators. */
    public static boolean isAvailable() {
        return torch.hasMKLDNN();
    }

    /**
     * Convolves.
     *
     * @param x [B,in,H,W]; of the weight's type, in channels-last order, nothing is copied
     * @return [B,out,H',W'] of the weight's type, in channels-last order, in the open scope
     */
    public Tensor apply(Tensor x) {
        return Scope.returning(() -> {
            IValue[] all = new IValue[arguments.length + 1];
            all[0] = new IValue(x.to(type).contiguous(torch.MemoryFormat.ChannelsLast));
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            return call(Operators.CONVOLVE, all).narrow(1, 0, outputs);
        });
    }

    private static Tensor call(Operation operation, IValue... arguments) {
        IValueVector stack = new IValueVector(arguments);
        operation.apply(stack);
        return new Tensor(stack.get(0).toTensor()); // what the stack holds goes with it
    }

    /** Frees the packed weights. It is called once. */
    @Override
    public void close() {
        for (IValue argument : arguments) {
            argument.releaseReference();
        }
    }

    /** libtorch's operators that its bindings name nowhere. They live as long as the process. */
    private static final class Operators {
        private static final Operator CONVOLUTION = named("mkldnn::_convolution_pointwise");
        static final Operation CONVOLVE = kept(CONVOLUTION.getOperation());
        static final Operation PACK =
                kept(named("mkldnn::_reorder_convolution_weight").getOperation());
        static final Type.TypePtr INTEGER = elementOf(3);
        static final Type.TypePtr SCALAR = elementOf(8);

        private Operators() {}

        /** The operator of this name that has no overload name. */
        private static Operator named(String name) {
            OperatorVector overloads = torch.getAllOperatorsFor(Symbol.fromQualString(name));
            for (long i = 0; i < overloads.size(); i++) {
                Operator operator = kept(overloads.get(i));
                BytePointer overload = operator.schema().overload_name();
                if (overload == null || overload.getString().isEmpty()) {
                    return operator;
                }
            }
            throw new IllegalStateException("this libtorch has no operator " + name);
        }

        /** The type of the elements of a list that the convolution takes as its argument of this number. */
        private static Type.TypePtr elementOf(long argument) {
            Argument arguments = CONVOLUTION.schema().arguments();
            return kept(arguments.getPointer(argument).type().get().containedType(0));
        }

        private static <P extends Pointer> P kept(P pointer) {
            pointer.retainReference();
            return pointer;
        }

        static GenericList integers(long... numbers) {
            GenericList list = new GenericList(INTEGER);
            for (long number : numbers) {
                list.push_back(new IValue(number));
            }
            return list;
        }
    }
}
