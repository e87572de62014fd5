package org.bcm4j.training;

import static org.bcm4j.tensor.Ops.scalar;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bcm4j.TensorModel;
import org.bcm4j.bench.ReferenceOutputs;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.ProcessSettings;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;

/**
 * Times a configuration's network with random weights in one process, on the best device: sampling by one evaluation at several batches,
 * and the step of the paper's training. Before that, it writes a folder for {@code bench/pytorch/device.py}, which compares its outputs and
 * is timed on the same: the model, and for each precision a file of {@link ReferenceOutputs}. Prints a line of JSON for each time.
 *
 * <pre>java -cp bench/target/benchmarks.jar org.bcm4j.training.DeviceComparison \
 *     configs/imagenet64.yaml out/comparison 64 3 BF16,FP32 1,16,64,256</pre>
 *
 * <p>Arguments: the configuration, the folder, the images of a training step, seconds for each time, the precisions, the batches of
 * sampling, and changes of the configuration.
 */
public final class DeviceComparison {
    /** The deviation of the weights that training starts from zero. With zeros, most of the network would not reach the output. */
    private static final double DEVIATION = 0.02;

    private final TrainingConfig config;
    private final Path folder;
    private final double seconds;
    private final Device device = Device.best();

    private DeviceComparison(TrainingConfig config, Path folder, double seconds) {
        this.config = config;
        this.folder = folder;
        this.seconds = seconds;
    }

    public static void main(String[] arguments) {
        ProcessSettings.apply(); // before the first tensor
        Path folder = Path.of(arguments[1]);
        List<String> changes = new ArrayList<>(TrainingStepBenchmark.PAPER);
        changes.addAll(List.of("init={from: " + folder + "}", "batch_size=" + arguments[2], "micro_batches=1"));
        changes.addAll(List.of(arguments).subList(6, arguments.length));
        TrainingConfig config = ConfigFile.read(Path.of(arguments[0]), TrainingConfig.class, changes);
        int[] batches = Arrays.stream(arguments[5].split(",", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        DeviceComparison comparison = new DeviceComparison(config, folder, Double.parseDouble(arguments[3]));
        try (Weights weights = comparison.randomWeights()) {
            comparison.writeModel(weights);
            for (String precision : arguments[4].split(",", -1)) {
                comparison.sampling(weights, Precision.valueOf(precision), batches);
                comparison.training(Precision.valueOf(precision));
            }
        }
    }

    private Weights randomWeights() {
        WeightLayout layout = config.network().build().layout();
        try (SeededGenerator generator = new SeededGenerator(0, device);
                Scope memory = Scope.open();
                NoGradients guard = new NoGradients()) {
            Weights weights = Weights.initialized(layout, generator, device);
            layout.slots().forEach((name, slot) -> {
                if (slot.initialization() == Initialization.ZERO) {
                    weights.get(name).copy_(generator.normal(slot.dimensions()).mul(scalar(DEVIATION)));
                }
            });
            return weights;
        }
    }

    private ModelConfig model() {
        return new ModelConfig(ModelConfig.FORMAT, config.model(), config.network(), "none", List.of());
    }

    private void writeModel(Weights weights) {
        ModelFolder.write(
                folder, model(), weights, RecommendedWalks.untuned(config.model()), "Random weights for a comparison.");
    }

    private void sampling(Weights weights, Precision precision, int... batches) {
        try (TensorModel bcm = new TensorModel(new TrainedModel(model(), weights.copy(), device, precision))) {
            Path reference = folder.resolve(name(precision) + ".safetensors");
            ReferenceOutputs.write(bcm.model(), reference, config.batchSize(), batches);
            for (int batch : batches) {
                print("sampling", precision, batch, CostPoint.ofGeneration(bcm, batch, seconds));
            }
        }
    }

    private void training(Precision precision) {
        try (RandomRun run = new RandomRun(config, precision)) {
            print("training step", precision, config.batchSize(), CostPoint.median(run::step, seconds));
        }
    }

    private static void print(String work, Precision precision, int batch, double milliseconds) {
        System.out.printf(
                Locale.ROOT,
                "{\"engine\": \"bcm4j\", \"work\": \"%s\", \"precision\": \"%s\", \"batch\": %d, \"batch_ms\": %.3f,"
                        + " \"images_per_s\": %.2f}%n",
                work,
                name(precision),
                batch,
                milliseconds,
                1e3 * batch / milliseconds);
    }

    private static String name(Precision precision) {
        return precision.name().toLowerCase(Locale.ROOT);
    }
}
