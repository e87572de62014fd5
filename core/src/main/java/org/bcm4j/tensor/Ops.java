package org.bcm4j.tensor;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * What equations need of libtorch beside its operations, in the words of equations: numbers, lists of tensors. To be imported statically. What it
 * makes belongs to the scope that is open.
 */
public final class Ops {
    private Ops() {}

    /** A number as an operation takes it. */
    public static Scalar scalar(double value) {
        return new Scalar(value);
    }

    /** A whole number as an operation on whole numbers takes it. */
    public static Scalar scalar(long value) {
        return new Scalar(value);
    }

    /** The parts one after another along a dimension that they have, such as [B,C,H,W] and [B,D,H,W] to [B,C+D,H,W] along dimension 1. */
    public static Tensor cat(long dimension, Tensor... parts) {
        return torch.cat(list(parts), dimension);
    }

    /** The parts, of one shape, along a new dimension: n of [C,H,W] to [n,C,H,W] along dimension 0. */
    public static Tensor stack(long dimension, Tensor... parts) {
        return torch.stack(list(parts), dimension);
    }

    /** Tensors as an operation takes several. */
    public static TensorVector list(Tensor... tensors) {
        return new TensorVector(tensors);
    }
}
