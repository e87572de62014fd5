package org.bcm4j.training;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.ShuffledOrder;
import org.bcm4j.images.Pixels;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.KeyedRandom;
import org.bcm4j.tensor.RankGroup;
import org.bcm4j.training.terms.Flips;
import org.bcm4j.training.terms.RunStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Deals the examples of a run. Examples are numbered: batch b starts at example b·batch_size. An example's
 * number and the run's seed determine its image, whether it is mirrored, whether its label is dropped, and all its
 * random numbers. So the source has no state to save, and nothing depends on which lane or rank computes an example.
 * The ranks of a group get the examples of a batch in turn, like cards. While a step is computed, a thread reads this
 * rank's images of the next batch. Thread-safe.
 */
final class BatchSource implements AutoCloseable {
    /**
     * A part of this rank's share of a batch.
     *
     * @param images float32 [B,C,H,W] in [-1,1]
     * @param labels int64 [B], the null class where a label was dropped; absent if the network has no classes
     * @param first the number of the first example
     * @param apart the difference between the numbers of consecutive examples
     */
    record Part(Tensor images, Optional<Tensor> labels, long first, int apart) {
        /** The numbers of the examples, [B]. */
        long[] examples() {
            return numbers(first, apart, Math.toIntExact(images.size(0)));
        }
    }

    /**
     * The stored images of this rank's share of a batch.
     *
     * @param indices of the images in the data set
     * @param pixels uint8, [batch_size/ranks,C,H,W]
     */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    private record StoredBatch(long[] indices, CompletableFuture<byte[]> pixels) {
        /** The pixels, once they are read. */
        byte[] read() {
            try {
                return pixels.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }
    }

    private static long[] numbers(long first, int apart, int count) {
        return LongStream.range(0, count).map(i -> first + i * apart).toArray();
    }

    private final TrainingConfig config;
    private final LabelledImages images;
    private final Device device;
    private final RankGroup group;
    private final ShuffledOrder order;
    private final ExecutorService reader = Executors.newSingleThreadExecutor(BatchSource::readerThread);
    /** The batch of a step and the next one, by number. */
    private final Map<Long, StoredBatch> stored = new HashMap<>();

    BatchSource(TrainingConfig config, LabelledImages images, Device device, RankGroup group) {
        this.config = config;
        this.images = images;
        this.device = device;
        this.group = group;
        order = new ShuffledOrder(images.size(), config.seed());
    }

    private static Thread readerThread(Runnable work) {
        Thread thread = new Thread(work, "training images");
        thread.setDaemon(true);
        return thread;
    }

    /** The number of this rank's first example in a batch. */
    private long firstOf(long batch) {
        return batch * config.batchSize() + group.rank();
    }

    /** The number of this rank's examples in a batch. */
    private int share() {
        return config.batchSize() / group.size();
    }

    private StoredBatch read(long batch) {
        long[] indices = LongStream.of(numbers(firstOf(batch), group.size(), share()))
                .map(order::index)
                .toArray();
        return new StoredBatch(indices, CompletableFuture.supplyAsync(() -> images.pixels(indices), reader));
    }

    /** A batch. Begins to read the next one. */
    private synchronized StoredBatch batch(long number) {
        stored.keySet().retainAll(Set.of(number, number + 1));
        StoredBatch batch = stored.computeIfAbsent(number, this::read);
        stored.computeIfAbsent(number + 1, this::read);
        return batch;
    }

    /**
     * One of {@code parts} equal parts of this rank's share of a batch. The examples are dealt to the parts in
     * turn, like cards, so the first examples of all parts of all ranks are the first of the batch. A term that takes a
     * share of the batch takes the first examples of each part.
     */
    Part part(long batch, int part, int parts) {
        long first = firstOf(batch) + (long) part * group.size();
        int apart = parts * group.size();
        long[] examples = numbers(first, apart, share() / parts);
        StoredBatch deck = batch(batch);
        byte[] all = deck.read();
        int length = all.length / share();
        byte[] own = new byte[examples.length * length];
        long[] indices = new long[examples.length];
        for (int i = 0; i < examples.length; i++) {
            int at = part + i * parts;
            indices[i] = deck.indices()[at];
            System.arraycopy(all, at * length, own, i * length, length);
        }
        Tensor stored = HostTensors.ofBytes(own, examples.length, images.channels(), images.height(), images.width());
        Tensor signal = Pixels.toSignal(device.move(stored));
        return new Part(flipped(signal, examples), labels(indices, examples), first, apart);
    }

    /**
     * The source of all random numbers that a term of the stage draws for a part; {@code term} is the term's index in
     * the list.
     */
    KeyedRandom random(Part part, int term) {
        return RunStream.ofTerm(term, config.seed(), part.examples(), device);
    }

    /** The images, each mirrored with probability 1/2 if the configuration says so. */
    private Tensor flipped(Tensor given, long... examples) {
        if (!config.horizontalFlips()) {
            return given;
        }
        return Flips.mirrored(
                given, RunStream.FLIPS.of(config.seed(), examples, device).uniform(examples.length));
    }

    private Optional<Tensor> labels(long[] indices, long... examples) {
        int classes = config.network().classes();
        if (classes == 0) {
            return Optional.empty();
        }
        Tensor given = device.move(images.labels(indices));
        if (config.labelDropout() == 0) {
            return Optional.of(given);
        }
        Tensor dropped = RunStream.DROPPED_LABELS
                .of(config.seed(), examples, device)
                .uniform(examples.length)
                .lt(scalar(config.labelDropout()));
        return Optional.of(given.masked_fill(dropped, scalar((long) classes)));
    }

    @Override
    public void close() {
        reader.shutdownNow();
    }
}
