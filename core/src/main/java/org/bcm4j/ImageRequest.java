package org.bcm4j;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.bcm4j.model.ClassLookup;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.EvaluationListener;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/**
 * What is asked of a {@link BcmModel}: a builder whose settings may be given in any order, then run. It may be run again, and gives the same.
 * For one thread at a time; the model is for any number.
 *
 * @param <R> the kind of request, which every setting returns
 */
public abstract sealed class ImageRequest<R extends ImageRequest<R>>
        permits SamplingRequest,
                InversionRequest,
                ReconstructionRequest,
                InterpolationRequest,
                ClassSwapRequest,
                EditRequest,
                InpaintingRequest {
    private final BcmModel model;
    private OptionalInt steps = OptionalInt.empty();
    private Optional<SamplingPath> way = Optional.empty();
    private long seed;
    private Optional<int[]> classes = Optional.empty();
    private ProgressListener progress = (done, total) -> {};
    private BooleanSupplier cancelled = () -> false;

    ImageRequest(BcmModel model) {
        this.model = model;
    }

    abstract R self();

    /**
     * How many times the network is evaluated: the walk of so many evaluations that is stored with the model is taken. Of a way to noise and
     * back, the way to noise. Of a denoiser, the steps of Heun's method.
     *
     * @param count at least 1
     */
    public final R steps(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("a walk takes at least 1 step, not " + count);
        }
        steps = OptionalInt.of(count);
        way = Optional.empty();
        return self();
    }

    /**
     * The walk to take, in its text form, such as {@code 80 > 1.2 > 0}.
     *
     * @throws UserException if the text is no walk
     */
    public final R walk(String text) {
        return walk(Walk.parse(text));
    }

    /** The walk to take, or with a denoiser the ODE to solve. */
    public final R walk(SamplingPath given) {
        way = Optional.of(given);
        steps = OptionalInt.empty();
        return self();
    }

    /** Seeds all noise that is drawn; 0 unless it is set. Image number i of a seed gets the same noise whatever is asked beside it. */
    public final R seed(long value) {
        seed = value;
        return self();
    }

    /**
     * The class of all images.
     *
     * @param name name as it is written, else number from 0, else name in upper or lower case
     * @throws UserException if the model has no such class
     */
    public final R label(String name) {
        return labels(List.of(name));
    }

    /** The class of all images, by its number from 0. */
    public final R label(int number) {
        return labels(number);
    }

    /** The class of each image, named as for {@link #label(String)}. */
    public final R labels(List<String> names) {
        ClassLookup lookup = new ClassLookup(model.config());
        return labels(
                names.stream().mapToInt(name -> lookup.find(name, "label")).toArray());
    }

    /**
     * The class of each image, by its number from 0; one number is that of all images.
     *
     * @throws IllegalArgumentException if the model has no such class
     */
    public final R labels(int... numbers) {
        int known = model.config().network().classes();
        for (int number : numbers) {
            if (number < 0 || number >= known) {
                throw new IllegalArgumentException(
                        known == 0
                                ? "this model knows no classes"
                                : "classes are 0 to " + (known - 1) + ", not " + number);
            }
        }
        classes = Optional.of(numbers.clone());
        return self();
    }

    /** Hears how far the request has come. */
    public final R onProgress(ProgressListener listener) {
        progress = Objects.requireNonNull(listener, "listener");
        return self();
    }

    /**
     * Stops the request, with a {@link CancellationException}, before the next evaluation of the network once {@code condition} holds. The
     * interruption of the thread that runs it does the same.
     */
    public final R cancelWhen(BooleanSupplier condition) {
        cancelled = Objects.requireNonNull(condition, "condition");
        return self();
    }

    final BcmModel model() {
        return model;
    }

    final long seedValue() {
        return seed;
    }

    /** The walk that was given, or the one of so many steps. */
    final Optional<SamplingPath> givenWay() {
        return way;
    }

    final OptionalInt givenSteps() {
        return steps;
    }

    /** The model's tensors, with this request listening, for so many evaluations of single images. */
    final TensorModel tensors(long evaluations) {
        AtomicLong done = new AtomicLong();
        EvaluationListener listener = images -> {
            if (cancelled.getAsBoolean() || Thread.currentThread().isInterrupted()) {
                throw new CancellationException(
                        "the request was cancelled after " + done + " of " + evaluations + " evaluations");
            }
            progress.at(done.getAndAdd(images), evaluations);
        };
        return new TensorModel(model.trained(), listener);
    }

    /** The labels of {@code count} images, int64 [count]; absent if none were given. */
    final Optional<Tensor> labelsOf(int count) {
        return classes.map(given -> {
            if (given.length != 1 && given.length != count) {
                throw new IllegalArgumentException(
                        "name one class, or one for each of the " + count + " images, not " + given.length);
            }
            long[] labels = new long[count];
            Arrays.setAll(labels, i -> given[given.length == 1 ? 0 : i]);
            return model.trained().device().integers(labels);
        });
    }
}
