package org.bcm4j.training;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.ShuffledOrder;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Draws the examples of a run. All its randomness is in generators of its own, whose states are saved with the run. */
final class ExampleSource implements AutoCloseable {
    private final TrainingConfig config;
    private final LabelledImages images;
    private final Device device;
    private final Optional<PosteriorMean> posteriorMean;
    private final SeededGenerator noise;
    private final SeededGenerator times;
    private final SeededGenerator labels;
    private final SeededGenerator parts;
    private ShuffledOrder order;
    private IntervalTimes intervals;

    ExampleSource(TrainingConfig config, LabelledImages images, Device device) {
        this.config = config;
        this.images = images;
        this.device = device;
        this.intervals = new IntervalTimes(2, config.times(), config.softTimes(), device);
        noise = new SeededGenerator(config.seed() + 1, device);
        times = new SeededGenerator(config.seed() + 2, device);
        labels = new SeededGenerator(config.seed() + 3, device);
        parts = new SeededGenerator(config.seed() + 4, device);
        posteriorMean = config.stableTargets() > 0
                ? Optional.of(new PosteriorMean(images, config.stableTargets(), device, noise))
                : Optional.empty();
        order = new ShuffledOrder(images.size(), new ShuffledOrder.State(config.seed(), 0, 0));
    }

    /** The generators, by the name under which a checkpoint keeps their states; in one order in every process, unlike Map.of's. */
    SortedMap<String, SeededGenerator> generators() {
        return new TreeMap<>(Map.of("noise", noise, "times", times, "labels", labels, "parts", parts));
    }

    ShuffledOrder.State orderState() {
        return order.state();
    }

    void restoreOrder(ShuffledOrder.State state) {
        order = new ShuffledOrder(images.size(), state);
    }

    /**
     * A generator of its own for one part of a batch, which may be computed beside others: for dropout's masks, and for what a part draws
     * beyond its examples. The caller closes it.
     */
    SeededGenerator forPart() {
        return new SeededGenerator((long) (parts.uniforms(1)[0] * (1L << 53)), device);
    }

    /** The next {@code count} images, with times from a grid of {@code points} points. */
    Example next(int count, int points) {
        if (intervals.points() != points) {
            intervals = new IntervalTimes(points, config.times(), config.softTimes(), device);
        }
        long[] indices = order.next(count);
        Tensor x = device.move(images.images(indices));
        DrawnTimes drawnTimes = config.objective().times(intervals, times, count);
        Example drawn = new Example(
                x,
                noise.normal(x.shape()),
                drawnTimes.tNext(),
                drawnTimes.t(),
                drawnTimes.u(),
                labels(indices),
                drawnTimes.importance(),
                Optional.empty());
        return posteriorMean.map(mean -> mean.stabilized(drawn)).orElse(drawn);
    }

    private Optional<Tensor> labels(long[] indices) {
        int classes = config.network().classes();
        if (classes == 0) {
            return Optional.empty();
        }
        Tensor given = device.move(images.labels(indices));
        if (config.labelDropout() == 0) {
            return Optional.of(given);
        }
        Tensor dropped = labels.uniform(indices.length).lt(new Scalar(config.labelDropout()));
        return Optional.of(given.masked_fill(dropped, new Scalar((long) classes)));
    }

    @Override
    public void close() {
        generators().values().forEach(SeededGenerator::close);
    }
}
