package org.bcm4j.nn;

/**
 * What one evaluation of a layer, or of a network, costs for one image.
 *
 * @param multiplyAdds of convolutions, dense layers and matrix products; a multiply-add is two floating-point operations. What is done to
 *     each number once, as norms and activations do, is not counted
 * @param activations numbers that layers, activation functions and sums put out: what a step of training holds of a pass until it ends
 */
public record Cost(long multiplyAdds, long activations) {
    /** What is free. */
    public static final Cost NONE = new Cost(0, 0);

    /** A function of each number. */
    public static Cost elementwise(long numbers) {
        return new Cost(0, numbers);
    }

    public Cost plus(Cost other) {
        return new Cost(multiplyAdds + other.multiplyAdds, activations + other.activations);
    }
}
