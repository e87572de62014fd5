package org.bcm4j.tensor;

import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The lifetime of native memory. {@link #close} frees every tensor created on this thread since {@link #open}. The
 * garbage collector never frees one. Open one scope per training step, request or move. Use {@link #returning} or
 * {@link #own} for tensors that must outlive it.
 */
public final class Scope implements AutoCloseable {
    static {
        NativeCode.prepare();
    }

    private final PointerScope pointers = new PointerScope();

    private Scope() {}

    public static Scope open() {
        return new Scope();
    }

    /**
     * Runs {@code body} in its own scope and hands its result to the caller's scope. Everything else that the body
     * created is freed. Without a surrounding scope the caller owns the result and must {@link Tensor#close} it.
     */
    public static Tensor returning(Supplier<Tensor> body) {
        return returning(body, Function.identity());
    }

    /**
     * As {@link #returning(Supplier)}, for a result with one tensor.
     *
     * @param tensorOf gives the tensor of a result
     */
    public static <T> T returning(Supplier<T> body, Function<T, Tensor> tensorOf) {
        T result;
        Tensor tensor;
        try (PointerScope inner = new PointerScope()) {
            result = body.get();
            tensor = own(tensorOf.apply(result));
        }
        PointerScope outer = PointerScope.getInnerScope();
        if (outer != null) {
            outer.attach(tensor);
            tensor.releaseReference();
        }
        return result;
    }

    /**
     * Removes a tensor from its scope. It lives until {@link Tensor#releaseReference} has been called once for each
     * call of this method.
     */
    public static Tensor own(Tensor tensor) {
        tensor.retainReference();
        return tensor;
    }

    @Override
    public void close() {
        pointers.close();
    }
}
