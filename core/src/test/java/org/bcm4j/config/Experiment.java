package org.bcm4j.config;

import static org.bcm4j.config.Requirement.require;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A configuration with a component of every kind. */
record Experiment(
        String name,
        long seed,
        Training training,
        @Default("{}") Logging logging,
        Optional<Path> teacher,
        Optional<List<Integer>> resolutions) {

    record Training(
            int batchSize,
            double rate,
            @Default("false") boolean useFP16,
            @Default("log-normal") Law law,
            Optimiser optimiser,
            @Default("[]") List<Stage> stages,
            @Default("{}") Map<String, Double> weights,
            OptionalInt workers,
            OptionalLong images,
            OptionalDouble clip) {
        Training {
            require(rate >= 0 && rate < 1, "rate", "must lie in [0,1), is " + rate);
        }
    }

    record Logging(
            @Default("100") int every,
            @Default("runs/today") Path folder) {}

    record Stage(int steps, int intervals) {}

    enum Law {
        UNIFORM,
        LOG_NORMAL
    }

    sealed interface Optimiser {}

    record RectifiedAdam(
            double learningRate, @Default("0.99") double beta) implements Optimiser {}

    sealed interface Plain extends Optimiser {}

    record Descent(double learningRate) implements Plain {}
}
