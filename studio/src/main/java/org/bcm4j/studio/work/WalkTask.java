package org.bcm4j.studio.work;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bcm4j.editing.ConstrainedEditor;
import org.bcm4j.editing.Constraint;
import org.bcm4j.model.Engine;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.EvaluationListener;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.NoiseSource;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/**
 * Images that follow one path. Tasks of one kind are computed as one batch: the noise of an image depends on the seed
 * and the image's number, so a result does not depend on the company, but for the last bits of
 * the precision.
 *
 * @param start where the images begin
 * @param numbers decide the noise of each image together with the seed
 * @param values the points at the start, image by image; empty for {@link Start#DRAWN}
 * @param labels the class of each image; absent for the null class, or no classes
 */
@SuppressWarnings("ArrayRecordComponent") // read only, never compared
public record WalkTask(
        TrainedModel model,
        SamplingPath path,
        Start start,
        long seed,
        List<Long> numbers,
        float[] values,
        Optional<List<Long>> labels) {
    /** Where images begin. */
    public enum Start {
        /** At noise that is drawn. */
        DRAWN,
        /** At given noise of unit variance. */
        NOISE,
        /** At given images. The results of a path to noise are divided by the noise scale there. */
        IMAGES,
        /** At given images, or noisy ones, of which nothing is known for certain: an edit along a walk to images. */
        EDITED
    }

    public WalkTask {
        numbers = List.copyOf(numbers);
        labels = labels.map(List::copyOf);
    }

    /** Images drawn from a seed, from a first number on. */
    public static WalkTask drawn(
            TrainedModel model, SamplingPath path, long seed, long first, int count, Optional<List<Long>> labels) {
        List<Long> numbers = LongStream.range(first, first + count).boxed().toList();
        return new WalkTask(model, path, Start.DRAWN, seed, numbers, new float[0], labels);
    }

    /** Given points, numbered from 0, all of one class or of none. */
    public static WalkTask given(
            TrainedModel model, SamplingPath path, Start start, long seed, float[] values, Optional<Integer> label) {
        long ofOne = Arrays.stream(model.shape(1)).reduce(1, Math::multiplyExact);
        List<Long> numbers = LongStream.range(0, values.length / ofOne).boxed().toList();
        Optional<List<Long>> labels = label.map(number -> Collections.nCopies(numbers.size(), number.longValue()));
        return new WalkTask(model, path, start, seed, numbers, values, labels);
    }

    /** The number of images. */
    public int images() {
        return numbers.size();
    }

    /** The multiply-adds of one evaluation of the images. */
    long multiplyAdds() {
        return images() * model.cost().multiplyAdds();
    }

    /** Whether libtorch evaluates the images, with all its threads in each operation unless it is told otherwise. */
    boolean isLibtorchs() {
        return model.engine() != Engine.COMPILED;
    }

    /** Whether both can be computed in one batch. */
    boolean joins(WalkTask other) {
        return model == other.model
                && start == other.start
                && path.equals(other.path)
                && labels.isPresent() == other.labels.isPresent();
    }

    /** The values of the results of each task, image by image. */
    static List<float[]> run(List<WalkTask> tasks, EvaluationListener listener) {
        WalkTask first = tasks.get(0);
        TrainedModel model = first.model;
        int count = tasks.stream().mapToInt(WalkTask::images).sum();
        try (Scope scope = Scope.open()) {
            List<ImageNoise> noises = new ArrayList<>();
            tasks.forEach(task -> noises.add(ImageNoise.of(
                    task.seed, task.numbers.stream().mapToLong(Long::longValue).toArray(), model.device())));
            PathSampler sampler = new PathSampler(model, labels(tasks), joined(tasks, noises), listener);
            Tensor x = switch (first.start) {
                case DRAWN -> sampler.generate(first.path, drawn(tasks, noises)).x();
                case NOISE -> sampler.generate(first.path, points(tasks, count)).x();
                case IMAGES -> sampler.from(first.path, points(tasks, count)).x();
                case EDITED -> edited(sampler, (Walk) first.path, points(tasks, count));
            };
            Tensor scaled = first.path.end() > 0 ? x.div(scalar(first.path.end())) : x;
            return divided(tasks, HostTensors.floats(scaled));
        }
    }

    private static Tensor edited(PathSampler sampler, Walk walk, Tensor points) {
        sampler.model().requireInputs(points, sampler.labels());
        ConstrainedEditor editor = new ConstrainedEditor(Constraint.NONE, sampler.noise());
        return Scope.returning(() ->
                editor.edit(sampler.traversal(), walk, points, walk.start()).x());
    }

    private static Optional<Tensor> labels(List<WalkTask> tasks) {
        TrainedModel model = tasks.get(0).model;
        if (tasks.get(0).labels.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(model.device()
                .integers(tasks.stream()
                        .flatMap(task -> task.labels.orElseThrow().stream())
                        .mapToLong(Long::longValue)
                        .toArray()));
    }

    private static Tensor drawn(List<WalkTask> tasks, List<ImageNoise> noises) {
        Tensor[] parts = new Tensor[tasks.size()];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = noises.get(i).start(tasks.get(i).shape());
        }
        return cat(0, parts);
    }

    /** The noise that a path adds, each task's own. */
    private static NoiseSource joined(List<WalkTask> tasks, List<ImageNoise> noises) {
        return shape -> {
            Tensor[] parts = new Tensor[tasks.size()];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = noises.get(i).normal(tasks.get(i).shape());
            }
            return cat(0, parts);
        };
    }

    private long[] shape() {
        return model.shape(images());
    }

    private static Tensor points(List<WalkTask> tasks, int count) {
        TrainedModel model = tasks.get(0).model;
        int length = tasks.stream().mapToInt(task -> task.values.length).sum();
        float[] all = new float[length];
        int at = 0;
        for (WalkTask task : tasks) {
            System.arraycopy(task.values, 0, all, at, task.values.length);
            at += task.values.length;
        }
        return model.device().move(HostTensors.ofFloats(all, model.shape(count)));
    }

    private static List<float[]> divided(List<WalkTask> tasks, float[] all) {
        List<float[]> results = new ArrayList<>();
        int count = tasks.stream().mapToInt(WalkTask::images).sum();
        int perImage = all.length / count;
        int at = 0;
        for (WalkTask task : tasks) {
            float[] own = new float[task.images() * perImage];
            System.arraycopy(all, at, own, 0, own.length);
            results.add(own);
            at += own.length;
        }
        return results;
    }
}
