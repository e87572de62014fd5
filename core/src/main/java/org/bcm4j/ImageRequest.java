package org.bcm4j;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.bcm4j.editing.Edit;
import org.bcm4j.model.ClassLookup;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.EvaluationListener;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/**
 * A request to a {@link BcmModel}: a builder whose settings can be given in any order, then run. A request can run
 * again and returns the same result. A request is not thread-safe; the model is.
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
    private Optional<SamplingPath> path = Optional.empty();
    private long seed;
    private Optional<long[]> numbers = Optional.empty();
    private Optional<int[]> classes = Optional.empty();
    private ProgressListener progress = (done, total) -> {};
    private BooleanSupplier cancelled = () -> false;

    ImageRequest(BcmModel model) {
        this.model = model;
    }

    abstract R self();

    /**
     * Sets the number of network evaluations. The request uses the walk that the model stores for this number. For a
     * path to noise and back, it is the number for the path to noise. For a denoiser, it is the number of steps of
     * Heun's method, at least 2.
     *
     * @param count at least 1
     */
    public final R steps(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("a request takes at least 1 step, not " + count);
        }
        steps = OptionalInt.of(count);
        path = Optional.empty();
        return self();
    }

    /**
     * Sets the walk from its text form, such as {@code 80 > 1.2 > 0}.
     *
     * @throws UserException if the text is not a walk
     */
    public final R walk(String text) {
        return walk(Walk.parse(text));
    }

    /** Sets the walk, or for a denoiser the ODE to solve. */
    public final R walk(SamplingPath given) {
        path = Optional.of(given);
        steps = OptionalInt.empty();
        return self();
    }

    /**
     * Sets the seed of all noise; 0 by default. For one seed, image number i always gets the same noise, whatever other
     * images are requested.
     */
    public final R seed(long value) {
        seed = value;
        return self();
    }

    /**
     * Sets the number of each image, which decides its noise together with the seed; 0, 1, 2, ... by default. With their
     * numbers in a set, some images of the set get the noise that they get when the whole set is requested.
     */
    public final R numbers(long... ofImages) {
        numbers = Optional.of(ofImages.clone());
        return self();
    }

    /**
     * Sets the class of all images.
     *
     * @param name the exact name of a class; otherwise a number from 0; otherwise a name in any case
     * @throws UserException if the model has no such class
     */
    public final R label(String name) {
        return labels(List.of(name));
    }

    /** Sets the class of all images, by its number from 0. */
    public final R label(int number) {
        return labels(number);
    }

    /** Sets the class of each image, named as for {@link #label(String)}. */
    public final R labels(List<String> names) {
        ClassLookup lookup = new ClassLookup(model.config());
        return labels(
                names.stream().mapToInt(name -> lookup.find(name, "label")).toArray());
    }

    /**
     * Sets the class of each image, by its number from 0. A single number applies to all images.
     *
     * @throws IllegalArgumentException if the model has no such class
     */
    public final R labels(int... numbers) {
        int known = model.config().network().classes();
        for (int number : numbers) {
            if (number < 0 || number >= known) {
                throw new IllegalArgumentException(
                        known == 0
                                ? "this model has no classes"
                                : "classes are 0 to " + (known - 1) + ", not " + number);
            }
        }
        classes = Optional.of(numbers.clone());
        return self();
    }

    /** Sets the listener that receives the request's progress. */
    public final R onProgress(ProgressListener listener) {
        progress = Objects.requireNonNull(listener, "listener");
        return self();
    }

    /**
     * Stops the request with a {@link CancellationException}, before the next network evaluation, once
     * {@code condition} holds. Interrupting the thread that runs the request does the same.
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

    /** The path given to this request, if there is one. */
    final Optional<SamplingPath> givenPath() {
        return path;
    }

    final OptionalInt givenSteps() {
        return steps;
    }

    /**
     * The model on tensors, for the numbers of this request's images, reporting to this request.
     *
     * @param images how many the request has
     * @param evaluations the total, counted per image
     */
    final TensorModel tensors(int images, long evaluations) {
        AtomicLong done = new AtomicLong();
        EvaluationListener listener = evaluated -> {
            if (cancelled.getAsBoolean() || Thread.currentThread().isInterrupted()) {
                throw new CancellationException(
                        "the request was cancelled after " + done + " of " + evaluations + " evaluations");
            }
            progress.at(done.getAndAdd(evaluated), evaluations);
        };
        TensorModel tensors = new TensorModel(model.trained(), listener);
        if (numbers.isEmpty()) {
            return tensors;
        }
        long[] ofImages = numbersOf(images);
        return tensors.numbered(place -> ofImages[(int) place]);
    }

    /** The numbers of {@code count} images. */
    final long[] numbersOf(int count) {
        numbers.filter(ofImages -> ofImages.length != count).ifPresent(ofImages -> {
            throw new IllegalArgumentException(
                    "set a number for each of the " + count + " images, not " + ofImages.length);
        });
        return numbers.orElseGet(() -> LongStream.range(0, count).toArray());
    }

    /** Follows a walk with an edit of this request's images. */
    final Images edited(Walk walk, Edit edit) {
        int count = Math.toIntExact(edit.start().size(0));
        Edit here = edit.on(model.trained().device());
        return Images.ofTensor(tensors(count, (long) count * walk.nfe()).edit(walk, here, seed, labelsOf(count)));
    }

    /** The labels of {@code count} images, int64 [count]; absent if none were given. */
    final Optional<Tensor> labelsOf(int count) {
        return classes.map(given -> {
            if (given.length != 1 && given.length != count) {
                throw new IllegalArgumentException(
                        "set one class, or one for each of the " + count + " images, not " + given.length);
            }
            long[] labels = new long[count];
            Arrays.setAll(labels, i -> given[given.length == 1 ? 0 : i]);
            return model.trained().device().integers(labels);
        });
    }
}
