package org.bcm4j.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.terms.BidirectionalConsistency;
import org.bcm4j.training.terms.PseudoHuber;
import org.bcm4j.training.terms.SoftBatch;
import org.bcm4j.training.terms.TrainedFunction;
import org.bcm4j.training.terms.TrainingBatch;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes what a model makes of drawn points and of a drawn batch of training, without dropout, with these draws; the
 * program does this with the shipped model. The PyTorch peer compares its own outputs, loss and gradients with them
 * before anything is timed.
 *
 * <pre>java -cp bench/target/benchmarks.jar org.bcm4j.bench.ReferenceOutputs FP32 reference.safetensors 1 16 64 256</pre>
 *
 * <p>Arguments: the precision, the file, and the batches. Run it from the project's root.
 */
public final class ReferenceOutputs {
    private static final int TRAINING_BATCH = 64;
    private static final int GRID_POINTS = 41;

    private final TrainedModel model;
    private final SeededGenerator generator;
    private final int trainingBatch;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    private ReferenceOutputs(TrainedModel model, SeededGenerator generator, int trainingBatch) {
        this.model = model;
        this.generator = generator;
        this.trainingBatch = trainingBatch;
    }

    public static void main(String[] arguments) {
        Precision precision = Precision.valueOf(arguments[0]);
        int[] batches =
                Arrays.stream(arguments).skip(2).mapToInt(Integer::parseInt).toArray();
        try (TrainedModel model = TrainedModel.open(SamplingBenchmark.MODEL, Device.best(), precision)) {
            write(model, Path.of(arguments[1]), TRAINING_BATCH, batches);
        }
    }

    /** Writes what a model makes of draws: of batches of points, and of one batch of training. */
    public static void write(TrainedModel model, Path file, int trainingBatch, int... batches) {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(0, model.device())) {
            ReferenceOutputs reference = new ReferenceOutputs(model, generator, trainingBatch);
            reference.evaluate(batches);
            reference.train();
            Safetensors.write(file, reference.tensors, Map.of());
        }
    }

    /** For each batch: {@code t}, {@code u} [B], points {@code x} at t, labels {@code y}, and {@code f} at u. */
    private void evaluate(int[] batches) {
        for (int batch : batches) {
            Tensor t = scales(batch, NoiseScales.SIGMA_MAX);
            Tensor u = scales(batch, NoiseScales.SIGMA_MIN);
            // An image plus noise of scale t has about this deviation.
            Tensor deviation = t.square().add(model.device().full(0.25, batch)).sqrt();
            Tensor x = generator.normal(model.shape(batch)).mul(deviation.view(-1, 1, 1, 1));
            Optional<Tensor> labels = labels(batch);
            tensors.putAll(Map.of("t." + batch, t, "u." + batch, u, "x." + batch, x));
            labels.ifPresent(y -> tensors.put("y." + batch, y));
            tensors.put("f." + batch, model.traverse(x, t, u, labels));
        }
    }

    /** Noise scales from σ_min to T, uniform in their logarithm, after a given first one. */
    private Tensor scales(int count, double first) {
        double span = Math.log(NoiseScales.SIGMA_MAX / NoiseScales.SIGMA_MIN);
        double[] scales = Arrays.stream(generator.uniforms(count))
                .map(uniform -> NoiseScales.SIGMA_MIN * Math.exp(uniform * span))
                .toArray();
        scales[0] = first;
        return model.device().floats(scales);
    }

    private Optional<Tensor> labels(int count) {
        return model.cyclicLabels(0, count);
    }

    /** The draws of one batch, the loss of Eq. 10, and {@code gradient.} with the name of each parameter. */
    private void train() {
        TrainingBatch batch = trainingBatch();
        tensors.putAll(Map.of(
                "train.x", batch.images(),
                "train.z", batch.noise(),
                "train.t_far", batch.tNext(),
                "train.t_near", batch.t(),
                "train.u", batch.u()));
        batch.labels().ifPresent(y -> tensors.put("train.y", y));

        ConsistencyFunction function = new ConsistencyFunction(
                model.config().network().build(), model.config().kind());
        try (Weights live = model.weights().trainable();
                Weights constant = model.weights().frozen()) {
            Tensor loss = loss(new TrainedFunction(function, live, constant), batch);
            loss.backward();
            tensors.put("train.loss", loss.detach());
            for (Map.Entry<String, WeightLayout.Slot> named :
                    live.layout().slots().entrySet()) {
                WeightLayout.Slot slot = named.getValue();
                Tensor gradient = live.gradient().narrow(0, slot.offset(), slot.size());
                tensors.put("gradient." + named.getKey(), gradient.view(slot.dimensions()));
            }
        }
    }

    private Tensor loss(TrainedFunction function, TrainingBatch batch) {
        PseudoHuber distance = PseudoHuber.forDimension(batch.images().numel() / trainingBatch);
        try (Precision.Guard guard = model.precision().on(model.device())) {
            return BidirectionalConsistency.paper()
                    .of(function, new SoftBatch(batch, trainingBatch), distance)
                    .total();
        }
    }

    /** Random pixels, and times of random intervals of the grid. */
    private TrainingBatch trainingBatch() {
        TimeGrid grid = new TimeGrid(GRID_POINTS);
        double[] uniforms = generator.uniforms(2 * trainingBatch);
        int[] intervals = IntStream.range(0, trainingBatch)
                .map(i -> (int) (uniforms[i] * (GRID_POINTS - 1)))
                .toArray();
        // A target is any other point of the grid than the upper end of the interval.
        int[] targets = IntStream.range(0, trainingBatch)
                .map(i -> {
                    int offset = 1 + (int) (uniforms[trainingBatch + i] * (GRID_POINTS - 1));
                    return (intervals[i] + 1 + offset) % GRID_POINTS;
                })
                .toArray();
        long[] shape = model.shape(trainingBatch);
        return new TrainingBatch(
                generator.normal(shape).tanh(),
                generator.normal(shape),
                times(grid, Arrays.stream(intervals).map(n -> n + 1)),
                times(grid, Arrays.stream(intervals)),
                times(grid, Arrays.stream(targets)),
                labels(trainingBatch));
    }

    private Tensor times(TimeGrid grid, IntStream points) {
        return model.device().floats(points.mapToDouble(grid::time).toArray());
    }
}
