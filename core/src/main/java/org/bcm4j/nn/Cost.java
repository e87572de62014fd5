package org.bcm4j.nn;

/**
 * The cost of one evaluation of a layer or network for one image. {@link Trace} counts it.
 *
 * @param multiplyAdds of convolutions, dense layers and matrix products; one multiply-add is two floating-point
 *     operations. Elementwise work, such as norms and activation functions, is not counted
 * @param activations numbers that all operations output, except those that only view other numbers; a training step
 *     keeps them until the pass ends
 */
public record Cost(long multiplyAdds, long activations) {
    /** No cost. */
    public static final Cost NONE = new Cost(0, 0);

    public Cost plus(Cost other) {
        return new Cost(multiplyAdds + other.multiplyAdds, activations + other.activations);
    }
}
