package org.bcm4j.training;

import java.util.Map;
import java.util.Optional;
import org.bcm4j.denoiser.EdmLoss;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Pass;
import org.bytedeco.pytorch.Tensor;

/** What training minimises. */
public sealed interface Objective permits BidirectionalConsistency, Consistency, Denoising, EdmDenoising {
    /** The law of t_{n+1}, if it is not drawn from the intervals of a time grid. */
    default Optional<EdmLoss> noiseScales() {
        return Optional.empty();
    }

    /**
     * The losses of one batch.
     *
     * @param f the model
     * @param live the weights being trained, θ
     * @param constant the same weights without gradient, sg θ
     * @param distance d of the consistency losses
     */
    Loss apply(ConsistencyFunction f, Pass live, Pass constant, Example example, PseudoHuber distance);

    /**
     * @param total what is minimised, averaged over the batch; a scalar with a gradient
     * @param terms its named parts, averaged over the batch; scalars
     */
    record Loss(Tensor total, Map<String, Tensor> terms) {}

    /** {@code pass} made ready for one more run through the network within the same step: it meets the same dropout masks. */
    static Pass again(Pass pass) {
        pass.dropout().rewind();
        return pass;
    }
}
