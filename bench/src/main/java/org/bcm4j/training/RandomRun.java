package org.bcm4j.training;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.network.Network;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.RankGroup;
import org.bcm4j.tensor.Scope;

/**
 * A training run on random images, whose steps can be made one by one. It lives in the trainer's package because a single
 * step is no public operation. For one thread at a time.
 */
final class RandomRun implements AutoCloseable {
    /** The number of different images, in batches. */
    private static final int BATCHES = 16;

    private final TrainingConfig config;
    private final LabelledImages images;
    private final TrainingStep step;
    private final TrainingState state;

    RandomRun(TrainingConfig config, Precision precision) {
        this.config = config;
        images = images(config);
        Network network = config.network().build();
        Device device = config.device().orElseGet(Device::best);
        step = new TrainingStep(
                config,
                new ConsistencyFunction(network, config.model()),
                images,
                device,
                precision,
                RankGroup.alone(),
                new StepTimes(),
                config.sideBySide(device, 1));
        state = new TrainingState(config, network.layout(), images, device, RankGroup.alone());
        state.initialize();
    }

    private static LabelledImages images(TrainingConfig config) {
        int side = config.network().imageSize();
        int channels = config.network().imageChannels();
        int classes = config.network().classes();
        int count = BATCHES * config.batchSize();
        byte[] pixels = new byte[count * channels * side * side];
        new Random(0).nextBytes(pixels);
        int[] labels = new int[count];
        Arrays.setAll(labels, i -> i % classes);
        return new LabelledImages(pixels, labels, channels, side, side, Collections.nCopies(classes, "class"));
    }

    /** Makes a step. A GPU has then updated the weights too. */
    StepOutcome step() {
        StepOutcome outcome = step.run(state);
        try (Scope memory = Scope.open()) {
            state.average.flat().select(0, 0).item_double(); // waits for the device
        }
        return outcome;
    }

    /** Writes a model folder with the averaged weights. */
    void write(Path folder) {
        ModelConfig model = new ModelConfig(
                ModelConfig.FORMAT, config.model(), config.network(), "random images", images.classNames());
        ModelFolder.write(
                folder,
                model,
                state.average,
                RecommendedWalks.untuned(config.model()),
                ModelCard.of(config, config.network().build(), state));
    }

    @Override
    public void close() {
        step.close();
        state.close();
    }
}
