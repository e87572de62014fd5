package org.bcm4j.studio.api;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bcm4j.BcmModel;
import org.bcm4j.Images;
import org.bcm4j.Noise;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.studio.work.Deadline;
import org.bcm4j.studio.work.EvaluationQueue;
import org.bcm4j.studio.work.WalkTask;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.ModelWalks;
import org.bcm4j.walk.Walk;

/**
 * The noise that a model finds for test images. It is found in pieces, one after another, so that the requests of others
 * have their turns.
 */
final class NoiseMeasurement implements AutoCloseable {
    private static final int IMAGES = 64;
    private static final int PIECE = 8;

    private final BcmModel model;
    private final Walk walk;
    private final Images images;
    private final Optional<List<Long>> labels;

    private NoiseMeasurement(BcmModel model, Walk walk, Images images, Optional<List<Long>> labels) {
        this.model = model;
        this.walk = walk;
        this.images = images;
        this.labels = labels;
    }

    /**
     * Reads images and opens the model.
     *
     * @param folder of a bidirectional model
     */
    static NoiseMeasurement open(LabelledImages test, Path folder) {
        long[] indices = LongStream.range(0, Math.min(IMAGES, test.size())).toArray();
        Images images;
        List<Long> labels;
        try (Scope scope = Scope.open()) {
            images = Images.ofTensor(test.images(indices));
            labels = Arrays.stream(HostTensors.longs(test.labels(indices)))
                    .boxed()
                    .toList();
        }
        ModelFolder stored = new ModelFolder(folder);
        ModelConfig config = stored.config();
        Walk walk = new ModelWalks(config, stored.walks()).walk(Purpose.INVERT, Purpose.INVERT.usualNfe());
        boolean hasClasses = config.network().classes() > 0;
        return new NoiseMeasurement(
                BcmModel.load(folder), walk, images, hasClasses ? Optional.of(labels) : Optional.empty());
    }

    /** Measures. Cancelling by the deadline frees the work. */
    CompletableFuture<Responses.RunNoise> run(EvaluationQueue queue, Deadline deadline) {
        CompletableFuture<float[]> noises =
                CompletableFuture.completedFuture(new float[images.count() * valuesOfOne()]);
        for (int first = 0; first < images.count(); first += PIECE) {
            WalkTask task = piece(first, Math.min(first + PIECE, images.count()));
            int place = first * valuesOfOne();
            noises = noises.thenCompose(
                    all -> (place == 0 ? queue.submit(task, deadline) : queue.submitNext(task, deadline))
                            .thenApply(found -> {
                                System.arraycopy(found, 0, all, place, found.length);
                                return all;
                            }));
        }
        // Not on the queue's thread, which others wait for.
        return noises.thenApplyAsync(this::answer);
    }

    private int valuesOfOne() {
        return images.channels() * images.height() * images.width();
    }

    private WalkTask piece(int first, int end) {
        return new WalkTask(
                model.tensors().model(),
                walk,
                WalkTask.Start.IMAGES,
                0,
                LongStream.range(first, end).boxed().toList(),
                images.select(IntStream.range(first, end).toArray()).values(),
                labels.map(all -> all.subList(first, end)));
    }

    private Responses.RunNoise answer(float[] noises) {
        Noise found = Noise.of(noises, images.channels(), images.height(), images.width());
        try (Scope scope = Scope.open()) {
            Noise drawn = Noise.ofTensor(ImageNoise.from(0, 0, Device.CPU)
                    .start(images.count(), images.channels(), images.height(), images.width()));
            return new Responses.RunNoise(
                    Responses.NoiseFigures.of(NoiseFigures.of(found.tensor(), images.tensor())),
                    Responses.NoiseFigures.of(NoiseFigures.of(drawn.tensor(), images.tensor())),
                    Codec.base64(Images.of(found.image(0)).png(0)));
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
