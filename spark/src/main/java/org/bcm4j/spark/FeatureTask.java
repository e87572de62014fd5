package org.bcm4j.spark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.ml.linalg.Vectors;
import org.bcm4j.Images;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.images.Pixels;
import org.bcm4j.metrics.inception.InceptionNetwork;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/** Features of images: of a feature network, if the settings name a folder; of the Inception network, if a file. */
final class FeatureTask implements BatchTask {
    /** The features of images, [N,F]. All batches of the task use the same network. */
    private final Function<List<RowInput>, Tensor> features;

    FeatureTask(TaskSettings settings) {
        Path place = ExecutorFiles.find(settings.model());
        if (Files.isDirectory(place)) {
            FeatureNetwork network = ExecutorFiles.features(place);
            features = inputs -> of(network, inputs);
        } else {
            InceptionNetwork network = ExecutorFiles.inception(place);
            features = inputs -> of(network, inputs);
        }
    }

    /** Neither network changes the size of images but for its own purposes. */
    @Override
    public Images prepared(Images image) {
        return image;
    }

    @Override
    public List<Object> results(List<RowInput> inputs) {
        List<Object> vectors = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            Tensor found = features.apply(inputs);
            int length = (int) found.size(1);
            float[] all = HostTensors.floats(found);
            for (int i = 0; i < inputs.size(); i++) {
                vectors.add(Vectors.dense(ModelTask.doubles(Arrays.copyOfRange(all, i * length, (i + 1) * length))));
            }
        }
        return vectors;
    }

    private static Tensor of(FeatureNetwork network, List<RowInput> inputs) {
        RowInput.Shape shape = inputs.get(0).shape();
        if (!network.config().fits(shape.channels(), shape.height(), shape.width())) {
            throw new IllegalArgumentException("the image has " + shape.channels() + " x " + shape.height() + " x "
                    + shape.width() + " values, for which the feature network is not made");
        }
        return network.responses(images(inputs)).features();
    }

    private static Tensor of(InceptionNetwork network, List<RowInput> inputs) {
        synchronized (network) {
            return network.features(Pixels.toBytes(images(inputs)));
        }
    }

    private static Tensor images(List<RowInput> inputs) {
        return ModelTask.images(inputs).tensor();
    }
}
