package org.bcm4j.spark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    private final Path place;
    private final boolean isFolder;

    FeatureTask(TaskSettings settings) {
        place = ExecutorFiles.find(settings.model());
        isFolder = Files.isDirectory(place);
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
            Tensor features = isFolder ? ofNetwork(inputs) : ofInception(inputs);
            int length = (int) features.size(1);
            float[] all = HostTensors.floats(features);
            for (int i = 0; i < inputs.size(); i++) {
                vectors.add(Vectors.dense(ModelTask.doubles(Arrays.copyOfRange(all, i * length, (i + 1) * length))));
            }
        }
        return vectors;
    }

    private Tensor ofNetwork(List<RowInput> inputs) {
        FeatureNetwork network = ExecutorFiles.features(place);
        RowInput.Shape shape = inputs.get(0).shape();
        if (!network.config().fits(shape.channels(), shape.height(), shape.width())) {
            throw new IllegalArgumentException("the image has " + shape.channels() + " x " + shape.height() + " x "
                    + shape.width() + " values, for which the feature network is not made");
        }
        return network.responses(images(inputs)).features();
    }

    private Tensor ofInception(List<RowInput> inputs) {
        InceptionNetwork network = ExecutorFiles.inception(place);
        synchronized (network) {
            return network.features(Pixels.toBytes(images(inputs)));
        }
    }

    private static Tensor images(List<RowInput> inputs) {
        return ModelTask.images(inputs).tensor();
    }
}
