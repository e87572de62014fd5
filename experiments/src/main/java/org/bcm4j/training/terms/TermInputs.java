package org.bcm4j.training.terms;

import java.util.Objects;
import java.util.Optional;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.KeyedRandom;
import org.bytedeco.pytorch.Tensor;

/**
 * What a term sees of one part of a batch in one step. For one thread.
 *
 * @param f the model, with the weights that are trained
 * @param images x, float32 [B,C,H,W] in [-1,1]
 * @param labels int64 [B], the null class where a label was dropped; absent if the network has no classes
 * @param examples the numbers of the examples in the run, int64 [B]
 * @param step the number of the step in the run
 * @param points N, the points of the step's time grid
 * @param distance d of the consistency losses
 * @param laws of the times that the run draws
 * @param posteriorMean the mean that stands for the image behind a noisy one; absent for the image itself, as in the paper
 * @param device where the tensors are
 * @param random everything that is drawn for an example comes from here: row r of a draw is that of example r
 * @param state what the term keeps between steps
 */
public record TermInputs(
        TrainedFunction f,
        Tensor images,
        Optional<Tensor> labels,
        Tensor examples,
        long step,
        int points,
        PseudoHuber distance,
        TimeLaws laws,
        Optional<StableTargets> posteriorMean,
        Device device,
        KeyedRandom random,
        TermState state) {

    /** A pass with weights that the term keeps, without dropout. */
    Pass kept(String name) {
        return Pass.evaluating(Objects.requireNonNull(state.buffers().get(name), name));
    }

    /** B. */
    int batch() {
        return Math.toIntExact(images.size(0));
    }

    /** How many images a share of the batch is, rounded, at least 1. */
    int count(double share) {
        return (int) Math.max(1, Math.round(share * batch()));
    }

    TimeGrid grid() {
        return new TimeGrid(points);
    }

    /** The whole batch, with times from a law of the intervals. */
    TrainingBatch draw(IntervalLaw.Settings times) {
        return draw(times, Optional.empty(), 0);
    }

    /** The whole batch, with times of which those of the first {@code softImages} follow a law of their own. */
    TrainingBatch draw(IntervalLaw.Settings times, Optional<IntervalLaw.Settings> softTimes, int softImages) {
        return draw(laws.of(points, times, softTimes).draw(random, batch(), softImages));
    }

    /** As many of the first images as there are times, with fresh noise. */
    TrainingBatch draw(DrawnTimes times) {
        long count = times.t().size(0);
        Tensor x = images.narrow(0, 0, count);
        TrainingBatch drawn = new TrainingBatch(
                x,
                random.normal(x.shape()),
                times.tNext(),
                times.t(),
                times.u(),
                labels.map(all -> all.narrow(0, 0, count)),
                times.importance(),
                Optional.empty());
        return posteriorMean.map(mean -> mean.stabilized(drawn, step)).orElse(drawn);
    }
}
