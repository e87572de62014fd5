package org.bcm4j.training;

import org.bcm4j.config.ConfigFile;
import org.bcm4j.unet.Network;

/** The README of a trained model's folder. */
final class ModelCard {
    private ModelCard() {}

    static String of(TrainingConfig config, Network network, TrainingState state) {
        return """
                # A bidirectional consistency model

                Trained by bcm4j on %s: step %,d of %,d, %,d images seen, %,d parameters (moving average, rate %s).

                    bcm sample . --nfe 2 -n 64 --out samples.png
                    bcm info .

                ## Configuration

                ```yaml
                %s```
                """.formatted(
                        config.data().title(),
                        state.step,
                        config.totalSteps(),
                        state.step * config.batchSize(),
                        network.layout().parameterCount(),
                        state.stage().emaRate(),
                        ConfigFile.toYaml(config));
    }
}
