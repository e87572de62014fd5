package org.bcm4j.tensor;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The lifetime of native memory. Every tensor made on this thread between {@link #open} and {@link #close} is freed at the close; the
 * garbage collector never frees one. Open one scope per training step, request or move, and let what must survive leave through
 * {@link #returning} or {@link #own}.
 */
public final class Scope implements AutoCloseable {
    private final PointerScope pointers = new PointerScope();

    private Scope() {}

    public static Scope open() {
        return new Scope();
    }

    /**
     * Runs {@code body} in a scope of its own and hands its result to the caller's scope; all else that the body made is freed. Without
     * a surrounding scope the caller owns the result and must {@link Tensor#close} it.
     */
    public static Tensor returning(Supplier<Tensor> body) {
        Tensor result;
        try (PointerScope inner = new PointerScope()) {
            result = own(body.get());
        }
        PointerScope outer = PointerScope.getInnerScope();
        if (outer != null) {
            outer.attach(result);
            result.releaseReference();
        }
        return result;
    }

    /** Takes a tensor out of every scope: it lives until {@link Tensor#releaseReference} is called as often as this was. */
    public static Tensor own(Tensor tensor) {
        tensor.retainReference();
        return tensor;
    }

    @Override
    public void close() {
        pointers.close();
    }
}
