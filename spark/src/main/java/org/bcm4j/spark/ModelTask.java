package org.bcm4j.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.ml.linalg.Vectors;
import org.bcm4j.BcmModel;
import org.bcm4j.ImageRequest;
import org.bcm4j.Images;
import org.bcm4j.InversionRequest;
import org.bcm4j.Noise;
import org.bcm4j.images.ImageFit;
import org.bcm4j.model.ClassLookup;

/** The tasks of a model. */
final class ModelTask implements BatchTask {
    private final TaskSettings settings;
    private final BcmModel model;

    ModelTask(TaskSettings settings) {
        this.settings = settings;
        model = ExecutorFiles.model(settings.model());
    }

    /** Fits an image to the model; a small image for super-resolution stays as it is. */
    @Override
    public Images prepared(Images image) {
        int size = model.imageSize();
        boolean fits = image.height() == size && image.width() == size;
        return fits || settings.task() == ImageTask.SUPERRES ? image : image.fitted(ImageFit.CROP, size);
    }

    @Override
    public List<Object> results(List<RowInput> inputs) {
        return switch (settings.task()) {
            case SAMPLE -> pictures(sampled(inputs));
            case INVERT ->
                vectors(configured(model.invert(images(inputs)), inputs).run());
            case RECONSTRUCT ->
                pictures(configured(model.reconstruct(images(inputs)), inputs).run());
            case RESTORE ->
                pictures(configured(model.restore(images(inputs)), inputs).run());
            case SUPERRES ->
                pictures(configured(model.superResolve(images(inputs)), inputs).run());
            case DENOISE ->
                pictures(configured(model.denoise(images(inputs), settings.sigma()), inputs)
                        .run());
            case SCORES -> scores(inputs);
            case FEATURES -> throw new IllegalStateException("features are no task of a model");
        };
    }

    private List<Object> scores(List<RowInput> inputs) {
        Images images = images(inputs).inChannels(model.imageChannels());
        InversionRequest inversion = configured(model.invert(images), inputs);
        Noise noises = inversion.run();
        Images again = configured(model.sample().from(noises), inputs)
                .walk(inversion.path().toImages())
                .generate();
        return Scores.of(images, noises, again);
    }

    private Images sampled(List<RowInput> inputs) {
        boolean given = settings.columns().input() != TaskSettings.Columns.ABSENT;
        return configured(
                        given
                                ? model.sample().from(noises(inputs))
                                : model.sample().count(inputs.size()),
                        inputs)
                .generate();
    }

    private <R extends ImageRequest<R>> R configured(R request, List<RowInput> inputs) {
        request.seed(settings.seed())
                .numbers(inputs.stream().mapToLong(RowInput::number).toArray())
                .cancelWhen(() -> TaskContext.get().isInterrupted());
        if (settings.columns().label() != TaskSettings.Columns.ABSENT) {
            request.labels(
                    inputs.stream().mapToInt(input -> label(input.label())).toArray());
        }
        if (settings.steps() > 0) {
            request.steps(settings.steps());
        }
        return settings.walk().isEmpty() ? request : request.walk(settings.walk());
    }

    @Override
    public void requireLabel(String label) {
        label(label);
    }

    private int label(String label) {
        return new ClassLookup(model.config()).find(label, "label");
    }

    static Images images(List<RowInput> inputs) {
        RowInput first = inputs.get(0);
        return Images.of(joined(inputs), first.channels(), first.height(), first.width());
    }

    private Noise noises(List<RowInput> inputs) {
        return Noise.of(joined(inputs), model.imageChannels(), model.imageSize(), model.imageSize());
    }

    private static float[] joined(List<RowInput> inputs) {
        int length = inputs.get(0).values().length;
        float[] all = new float[inputs.size() * length];
        for (int i = 0; i < inputs.size(); i++) {
            System.arraycopy(inputs.get(i).values(), 0, all, i * length, length);
        }
        return all;
    }

    private static List<Object> pictures(Images images) {
        return IntStream.range(0, images.count()).<Object>mapToObj(images::png).toList();
    }

    private static List<Object> vectors(Noise noises) {
        List<Object> vectors = new ArrayList<>();
        for (int i = 0; i < noises.count(); i++) {
            vectors.add(Vectors.dense(doubles(noises.values(i))));
        }
        return vectors;
    }

    static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }
}
