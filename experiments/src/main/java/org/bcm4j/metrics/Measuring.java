package org.bcm4j.metrics;

import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bcm4j.data.Batches;
import org.bcm4j.data.ImageSet;
import org.bcm4j.ranks.SharedWork;
import org.bytedeco.pytorch.Tensor;

/**
 * How a measurement goes through its images: batch by batch, each computed by one of the ranks that share the work. All
 * ranks take the results of all batches in order, so all come to the same figures, those of one process.
 *
 * @param work the ranks
 * @param listener receives the progress
 */
public record Measuring(SharedWork work, MeasuringListener listener) {
    /** By this process alone, without a listener. */
    public static final Measuring ALONE = alone(MeasuringListener.NONE);

    /** By this process alone. */
    public static Measuring alone(MeasuringListener listener) {
        return new Measuring(SharedWork.alone(), listener);
    }

    /**
     * Measures numbered images.
     *
     * @param what the object of the measurement, for the listener
     * @param count the number of images
     * @param compute the results for the images of these numbers; the expensive work
     * @param take receives the same numbers and the results, on the CPU
     */
    public void batches(
            String what,
            long count,
            Function<long[], List<Tensor>> compute,
            BiConsumer<long[], Iterator<Tensor>> take) {
        Progress progress = new Progress(what, count);
        for (long[] indices : Batches.of(count)) {
            progress.add(indices.length, () -> compute.apply(indices), measured -> take.accept(indices, measured));
        }
        progress.parts.finish();
    }

    /**
     * Measures a set of images.
     *
     * @param what the object of the measurement, for the listener
     * @param compute the results for a batch, uint8 [B,C,H,W]; the expensive work
     * @param take receives the results, on the CPU
     */
    public void batches(
            String what, ImageSet images, Function<Tensor, List<Tensor>> compute, Consumer<Iterator<Tensor>> take) {
        Progress progress = new Progress(what, images.count());
        images.forEachBatch(Batches.SIZE, batch -> progress.add(batch.size(0), () -> compute.apply(batch), take));
        progress.parts.finish();
    }

    /** Tells the listener how many images are done. */
    private final class Progress {
        private final SharedWork.Parts parts = work.parts();
        private final String what;
        private final long total;
        private long done;

        Progress(String what, long total) {
            this.what = what;
            this.total = total;
        }

        void add(long images, Supplier<List<Tensor>> compute, Consumer<Iterator<Tensor>> take) {
            parts.add(compute, measured -> {
                take.accept(measured);
                done += images;
                listener.measured(what, done, total);
            });
        }
    }
}
