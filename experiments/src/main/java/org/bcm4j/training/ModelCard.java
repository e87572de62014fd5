package org.bcm4j.training;

import java.util.Locale;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.network.Network;

/** The README of a trained model's folder. */
final class ModelCard {
    private ModelCard() {}

    static String of(TrainingConfig config, Network network, TrainingState state) {
        return String.format(
                Locale.ROOT,
                """
                # A %s

                Trained by bcm4j on %s: step %,d of %,d, %,d images seen, %,d parameters (moving average, rate %s).

                    bcm sample .%s -n 64 --out samples.png
                    bcm info .

                ## Configuration

                ```yaml
                %s```
                """,
                config.model().title(),
                config.data().title(),
                state.step,
                config.totalSteps(),
                state.step * config.batchSize(),
                network.layout().parameterCount(),
                state.stage().emaRate(),
                config.model().walks() ? " --nfe 2" : "",
                ConfigFile.toYaml(config));
    }
}
