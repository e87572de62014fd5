package org.bcm4j.training.terms;

import java.util.Optional;
import java.util.function.LongFunction;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.KeyedRandom;
import org.bytedeco.pytorch.Tensor;

/**
 * The inputs of a term for one part of a batch in one step. Not thread-safe.
 *
 * @param f the model with the weights under training
 * @param examples of the part
 * @param place of the part in the run
 * @param thread the number of the work among those that run side by side, from 0
 * @param earlier the examples at this place in an earlier batch, by its number
 * @param grid the step's time grid
 * @param distance d of the consistency losses
 * @param stableTargets computes the mean that replaces the image behind a noisy one; absent to use the image itself, as
 *     in the paper
 * @param device the device of the tensors
 * @param state what the term keeps between steps, as its {@link LossTerm#open} made it
 */
public record TermInputs(
        TrainedFunction f,
        Examples examples,
        Place place,
        int thread,
        LongFunction<Examples> earlier,
        TimeGrid grid,
        PseudoHuber distance,
        Optional<StableTargets> stableTargets,
        Device device,
        TermState state) {
    /**
     * Where a part of a batch belongs.
     *
     * @param batch the number of the batch in the run
     * @param part the number of the part, from 0, among the parts of all processes
     * @param parts the number of these parts
     */
    public record Place(long batch, int part, int parts) {}

    /** x, float32 [B,C,H,W] in [-1,1]. */
    Tensor images() {
        return examples.images();
    }

    /** int64 [B], the null class where a label was dropped; absent if the network has no classes. */
    Optional<Tensor> labels() {
        return examples.labels();
    }

    KeyedRandom random() {
        return examples.random();
    }

    /** B, the number of images. */
    int batch() {
        return examples.count();
    }

    /** What this part holds of the first images of the batch. */
    Share share(double share) {
        return Share.of(share, batch(), place.part(), place.parts());
    }

    /** Draws for the whole batch, with times from one law of the intervals. */
    TrainingBatch draw(IntervalLaw.Settings times) {
        return draw(new TimeSampler(grid, times, Optional.empty(), device).draw(random(), batch(), 0, 0));
    }

    /**
     * Draws for the whole batch, a share of which gets a soft term.
     *
     * @param softTimes the law for the times of that share, if it differs from {@code times}
     */
    TrainingBatch draw(IntervalLaw.Settings times, Optional<IntervalLaw.Settings> softTimes, Share soft) {
        return draw(
                new TimeSampler(grid, times, softTimes, device).draw(random(), batch(), soft.count(), soft.fraction()));
    }

    /** Draws fresh noise for the first images, one for each drawn time. */
    TrainingBatch draw(DrawnTimes times) {
        long count = times.t().size(0);
        Tensor x = images().narrow(0, 0, count);
        TrainingBatch drawn = new TrainingBatch(
                x,
                random().normal(x.shape()),
                times.tNext(),
                times.t(),
                times.u(),
                labels().map(all -> all.narrow(0, 0, count)),
                times.importance(),
                Optional.empty());
        return stableTargets.map(mean -> mean.stabilized(drawn, place.batch())).orElse(drawn);
    }
}
