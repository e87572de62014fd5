package org.bcm4j.tensor;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Helpers that let code with libtorch read like equations. They convert numbers and join tensors. Import them
 * statically. Results belong to the open scope.
 */
public final class Ops {
    private Ops() {}

    /** A floating-point number as an operand. */
    public static Scalar scalar(double value) {
        return new Scalar(value);
    }

    /** A whole number as an operand for operations on whole numbers. */
    public static Scalar scalar(long value) {
        return new Scalar(value);
    }

    /** Concatenates tensors along an existing dimension: [B,C,H,W] and [B,D,H,W] to [B,C+D,H,W] along dimension 1. */
    public static Tensor cat(long dimension, Tensor... parts) {
        return torch.cat(list(parts), dimension);
    }

    /** Stacks tensors of one shape along a new dimension: n of [C,H,W] to [n,C,H,W] along dimension 0. */
    public static Tensor stack(long dimension, Tensor... parts) {
        return torch.stack(list(parts), dimension);
    }

    /** Appends zeros along a dimension: {@code count} of them to each row, all others stay as they are. */
    public static Tensor withZeros(Tensor x, int dimension, long count) {
        long[] added = new long[2 * ((int) x.dim() - dimension)];
        added[added.length - 1] = count;
        return count == 0 ? x : torch.constant_pad_nd(x, added, scalar(0.0));
    }

    /** A list of tensors as an operand. */
    public static TensorVector list(Tensor... tensors) {
        return new TensorVector(tensors);
    }
}
