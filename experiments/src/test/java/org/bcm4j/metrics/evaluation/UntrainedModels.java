package org.bcm4j.metrics.evaluation;

import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.List;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;

/** Models whose networks give 0: what comes out of them can be computed by hand. Whoever asks for one closes it. */
final class UntrainedModels {
    private UntrainedModels() {}

    /** For images of 8 x 8 pixels. */
    static TrainedModel bidirectional(int classes, boolean nullClass) {
        return bidirectional(8, classes, nullClass);
    }

    static TrainedModel bidirectional(int side, int classes, boolean nullClass) {
        ModelConfig config = config(ModelKind.BIDIRECTIONAL, side, classes, nullClass);
        return new TrainedModel(config, weights(config), testDevice(), Precision.FP32);
    }

    /** Of two classes. */
    static TrainedModel denoiser() {
        ModelConfig config = config(ModelKind.DENOISER, 8, 2, true);
        return new TrainedModel(config, weights(config), testDevice(), Precision.FP32);
    }

    private static ModelConfig config(ModelKind kind, int side, int classes, boolean nullClass) {
        AdmConfig network = new AdmConfig(
                side,
                1,
                2,
                0,
                8,
                List.of(1),
                1,
                List.of(),
                8,
                true,
                0,
                16,
                kind.isBidirectional() ? Conditioning.JOINT : Conditioning.TIME,
                classes,
                nullClass,
                true);
        return new ModelConfig(ModelConfig.FORMAT, kind, network, "tiny", List.of());
    }

    private static Weights weights(ModelConfig config) {
        try (SeededGenerator generator = new SeededGenerator(1, testDevice())) {
            return Weights.initialized(config.network().build().layout(), generator, testDevice());
        }
    }
}
