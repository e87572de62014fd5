package org.bcm4j.training;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.Tensor;

/** What training minimises. */
public sealed interface Objective permits BidirectionalConsistency, Consistency, Denoising, EdmDenoising {
    /**
     * Draws the times of a batch.
     *
     * @param intervals draws from the time grid of the step, as all objectives do but {@link EdmDenoising}
     * @param generator for all that is random
     * @param count B
     */
    default DrawnTimes times(IntervalTimes intervals, SeededGenerator generator, int count) {
        return intervals.draw(generator, count, 0);
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
     * @param estimates f_θ(x_{n+1}, t_{n+1}, 0) of every example, of the images' shape, with a gradient; absent if the objective makes none
     */
    record Loss(Tensor total, Map<String, Tensor> terms, Optional<Tensor> estimates) {
        Loss(Tensor total, Map<String, Tensor> terms) {
            this(total, terms, Optional.empty());
        }

        /** This loss and one more term, a scalar. */
        Loss plus(String name, Tensor term) {
            Map<String, Tensor> all = new LinkedHashMap<>(terms);
            all.put(name, term);
            return new Loss(total.add(term), all, estimates);
        }
    }

    /** {@code pass} made ready for one more run through the network within the same step: it meets the same dropout masks. */
    static Pass again(Pass pass) {
        pass.dropout().rewind();
        return pass;
    }
}
