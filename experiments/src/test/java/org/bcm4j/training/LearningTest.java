package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.nio.file.Path;
import java.util.Optional;
import org.bcm4j.TensorModel;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That all parts together learn: two classes of one image each, one dark above, one dark below. */
class LearningTest {
    private static final int DARK = 26;
    private static final int BRIGHT = 229;
    private static final long COUNT = 32;

    @TempDir
    Path directory;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void twoImagesAreLearntInAHundredAndFiftySteps() {
        TrainingConfig config = TinyRun.config(
                directory.resolve("data"),
                (image, pixel) -> (image % 2 == 0) == (pixel < TinyRun.PIXELS / 2) ? DARK : BRIGHT,
                "network.dropout=0",
                "network.width=16",
                TinyRun.oneStage(150),
                "micro_batches=1",
                "stages.0.curriculum.s0=4",
                "stages.0.curriculum.s1=4",
                "stages.0.optimizer.learning_rate=0.004",
                "stages.0.optimizer.beta2=0.99",
                "label_dropout=0");
        Path run = directory.resolve("run");
        try (Trainer trainer = Trainer.start(config, run)) {
            trainer.run(EachStep.silent());
        }
        try (TensorModel bcm = new TensorModel(TrainedModel.open(run.resolve("model"), testDevice(), Precision.FP32))) {
            Tensor real = config.data().training().images(0, 1);
            for (long label = 0; label < 2; label++) {
                Tensor labels = testDevice().integers(label).repeat(COUNT);
                Tensor samples = bcm.generate(Walk.parse("80 > 0"), COUNT, 3, Optional.of(labels));
                // An untrained network paints all grey, which is 0.8 from either image; the images are 1.6 apart.
                assertThat(distance(samples, real.narrow(0, label, 1)))
                        .as("of class %d's samples from its image", label)
                        .isLessThan(0.35);
            }
        }
    }

    /** Mean absolute difference, where black and white are 2 apart. */
    private static double distance(Tensor images, Tensor target) {
        return images.sub(target).abs().mean().item_double();
    }
}
