package org.bcm4j;

import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;

/**
 * Models of random weights, whose every output depends on image, noise, times and class.
 *
 * @param folder where their folders are written
 */
public record RandomModels(Path folder) {
    static final int SIDE = 8;
    private static final List<String> CLASSES = List.of("cat", "dog", "7");

    public void write(String name, ModelKind kind, int channels) {
        AdmConfig network = new AdmConfig(
                SIDE,
                channels,
                1,
                0,
                8,
                List.of(1),
                1,
                List.of(),
                8,
                false,
                0,
                16,
                kind.isBidirectional() ? Conditioning.JOINT : Conditioning.TIME,
                CLASSES.size(),
                true,
                true);
        ModelConfig config = new ModelConfig(ModelConfig.FORMAT, kind, network, "nothing", CLASSES);
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(1, testDevice());
                Weights weights = Weights.initialized(network.build().layout(), generator, testDevice())) {
            // Initial weights have zeros where a network is to begin with nothing.
            weights.flat().add_(generator.normal(weights.flat().shape()).mul(scalar(0.05)));
            ModelFolder.write(folder.resolve(name), config, weights, RecommendedWalks.untuned(kind), "A tiny model.\n");
        }
    }

    public BcmModel load(String name) {
        return BcmModel.load(folder.resolve(name), testDevice(), Precision.FP32);
    }

    static Images random(int count, int channels) {
        Random random = new Random(count);
        float[] values = new float[count * channels * SIDE * SIDE];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return Images.of(values, channels, SIDE, SIDE);
    }
}
