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

/** Draws the batches of a run. All its randomness is in generators of its own, whose states are saved with the run. */
final class BatchSource implements AutoCloseable {
    /**
     * A part of a batch.
     *
     * @param images float32 [B,C,H,W] in [-1,1]
     * @param labels int64 [B], the null class where a label was dropped; absent if the network has no classes
     * @param random for all that is drawn for these images; whoever computes the part closes it
     */
    record Part(Tensor images, Optional<Tensor> labels, SeededGenerator random) {}

    private final TrainingConfig config;
    private final LabelledImages images;
    private final Device device;
    private final SeededGenerator labels;
    private final SeededGenerator parts;
    private ShuffledOrder order;

    BatchSource(TrainingConfig config, LabelledImages images, Device device) {
        this.config = config;
        this.images = images;
        this.device = device;
        labels = new SeededGenerator(config.seed() + 3, device);
        parts = new SeededGenerator(config.seed() + 4, device);
        order = new ShuffledOrder(images.size(), new ShuffledOrder.State(config.seed(), 0, 0));
    }

    /** The generators, by the name under which a checkpoint keeps their states; in one order in every process, unlike Map.of's. */
    SortedMap<String, SeededGenerator> generators() {
        return new TreeMap<>(Map.of("labels", labels, "parts", parts));
    }

    ShuffledOrder.State orderState() {
        return order.state();
    }

    void restoreOrder(ShuffledOrder.State state) {
        order = new ShuffledOrder(images.size(), state);
    }

    /** The next {@code count} images, with a generator of their own: parts may be computed side by side. */
    Part next(int count) {
        long[] indices = order.next(count);
        long seed = (long) (parts.uniforms(1)[0] * (1L << 53));
        return new Part(device.move(images.images(indices)), labels(indices), new SeededGenerator(seed, device));
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
