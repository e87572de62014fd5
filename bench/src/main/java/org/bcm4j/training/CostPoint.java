package org.bcm4j.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bcm4j.TensorModel;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;

/**
 * One point of {@link CostCharts}, in a process of its own, so that its peak memory is its own. Prints milliseconds and
 * MiB, a line each.
 */
public final class CostPoint {
    /** What is timed. */
    enum Work {
        /** One evaluation of a batch by a model with random weights. */
        EVALUATION,
        /** One step of the paper's training, its update included. */
        STEP
    }

    /** A model folder that each evaluation writes anew. */
    private static final Path MODEL = Path.of("bench/target/cost-model");

    private static final Walk ONE_STEP = Walk.parse("80 > 0");
    private static final int WARM_UP = 2;
    private static final int LEAST = 5;
    private static final double SECONDS = 4;

    private CostPoint() {}

    /** @param arguments the work, and changes of the configuration */
    public static void main(String[] arguments) throws IOException {
        List<String> changes = new ArrayList<>(TrainingStepBenchmark.PAPER);
        changes.addAll(List.of(arguments).subList(1, arguments.length));
        TrainingConfig config = ConfigFile.read(Path.of(TrainingStepBenchmark.CONFIG), TrainingConfig.class, changes);
        double milliseconds = switch (Work.valueOf(arguments[0])) {
            case STEP -> ofStep(config);
            case EVALUATION -> ofEvaluation(config);
        };
        System.out.println(milliseconds);
        System.out.println(peakMebibytes());
    }

    private static double ofStep(TrainingConfig config) {
        try (RandomRun run = new RandomRun(config, Precision.FP32)) {
            return median(run::step, SECONDS);
        }
    }

    private static double ofEvaluation(TrainingConfig config) {
        try (RandomRun run = new RandomRun(config, Precision.FP32)) {
            run.write(MODEL);
        }
        try (TensorModel model = TensorModel.open(MODEL, Device.best(), Precision.FP32)) {
            return ofGeneration(model, config.batchSize(), SECONDS);
        }
    }

    /** The median time in milliseconds of a batch from one evaluation for each image, over the given time. */
    static double ofGeneration(TensorModel model, int batch, double seconds) {
        return median(
                () -> {
                    try (Scope memory = Scope.open()) {
                        model.generate(ONE_STEP, batch, 0, model.model().cyclicLabels(0, batch))
                                .sum()
                                .item_double(); // waits for the images
                    }
                },
                seconds);
    }

    /** The median time in milliseconds of a call of {@code work}, over the given time and at least five calls, after a warm-up. */
    static double median(Runnable work, double seconds) {
        for (int i = 0; i < WARM_UP; i++) {
            work.run();
        }
        List<Double> milliseconds = new ArrayList<>();
        double spent = 0;
        while (milliseconds.size() < LEAST || spent < seconds * 1e3) {
            long before = System.nanoTime();
            work.run();
            double took = (System.nanoTime() - before) / 1e6;
            milliseconds.add(took);
            spent += took;
        }
        Collections.sort(milliseconds);
        return milliseconds.get(milliseconds.size() / 2);
    }

    /** The most memory that this process has had. */
    private static long peakMebibytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }
}
