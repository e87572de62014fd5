package org.bcm4j.training;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.ShuffledOrder;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.SafetensorsFile;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** All that a run must keep to continue bit for bit: weights, moments, average, every generator, the data order, the counters. */
final class TrainingState implements AutoCloseable {
    /** θ. */
    final TrainedWeights weights;
    /** ϑ. */
    final Weights average;

    final RectifiedAdam optimizer;
    final ExampleSource examples;
    final Optional<Adversary> adversary;
    long step;
    long skipped;

    TrainingState(TrainingConfig config, WeightLayout layout, LabelledImages images, Device device) {
        Weights initial = config.init()
                .map(model -> model.weights(layout, device))
                .orElseGet(() -> random(layout, config.seed(), device));
        int lanes = config.lanesOn(device);
        weights = new TrainedWeights(initial, lanes);
        average = initial.copy();
        optimizer = new RectifiedAdam(config.optimizer(), layout, device);
        examples = new ExampleSource(config, images, device);
        adversary = config.adversarial()
                .map(settings -> new Adversary(settings, config.network(), config.seed() + 5, device, lanes));
    }

    private static Weights random(WeightLayout layout, long seed, Device device) {
        try (SeededGenerator generator = new SeededGenerator(seed, device)) {
            return Weights.initialized(layout, generator, device);
        }
    }

    /** Goes on from the averaged weights with a fresh optimiser, as a run that is initialised from a trained model does. */
    void restartFromAverage() {
        try (NoGradGuard guard = new NoGradGuard()) {
            weights.values.flat().copy_(average.flat());
        }
        optimizer.reset();
    }

    private Map<String, Weights> buffers() {
        Map<String, Weights> buffers = new LinkedHashMap<>();
        buffers.put("weights", weights.values);
        buffers.put("average", average);
        buffers.put("first_moment", optimizer.mean());
        buffers.put("second_moment", optimizer.square());
        adversary.ifPresent(other -> buffers.putAll(other.buffers()));
        return buffers;
    }

    void save(Path file) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            buffers().forEach((name, buffer) -> tensors.put(name, Device.CPU.move(buffer.flat())));
            examples.generators().forEach((name, generator) -> {
                byte[] state = generator.state();
                tensors.put("generator." + name, HostTensors.ofBytes(state, state.length));
            });
            ShuffledOrder.State order = examples.orderState();
            Tensor counters = HostTensors.ofLongs(
                    new long[] {step, skipped, optimizer.step(), order.seed(), order.epoch(), order.position()}, 6);
            tensors.put("counters", counters);
            adversary.ifPresent(other ->
                    tensors.put("discriminator.updates", HostTensors.ofLongs(new long[] {other.optimizer.step()}, 1)));
            Safetensors.write(file, tensors, Map.of("format", "bcm4j training state 1"));
        }
    }

    /** @throws UserException if the file is no state of a run of this configuration */
    void load(Path file) {
        try (Scope scope = Scope.open();
                NoGradGuard guard = new NoGradGuard()) {
            SafetensorsFile saved = Safetensors.read(file);
            buffers().forEach((name, buffer) -> {
                Tensor tensor = named(saved, name, file);
                if (tensor.numel() != buffer.flat().numel()) {
                    throw new UserException(
                            file + ": was written for another network (" + tensor.numel() + " numbers, this one has "
                                    + buffer.flat().numel() + "); train with the configuration of its run");
                }
                buffer.flat().detach().copy_(tensor);
            });
            examples.generators()
                    .forEach((name, generator) ->
                            generator.restore(HostTensors.bytes(named(saved, "generator." + name, file))));
            long[] counters = HostTensors.longs(named(saved, "counters", file));
            step = counters[0];
            skipped = counters[1];
            optimizer.restoreStep(counters[2]);
            examples.restoreOrder(new ShuffledOrder.State(counters[3], counters[4], counters[5]));
            adversary.ifPresent(other ->
                    other.optimizer.restoreStep(HostTensors.longs(named(saved, "discriminator.updates", file))[0]));
        }
    }

    private static Tensor named(SafetensorsFile saved, String name, Path file) {
        Tensor tensor = saved.tensors().get(name);
        if (tensor == null) {
            throw new UserException(file + ": is no training state, \"" + name + "\" is missing");
        }
        return tensor;
    }

    @Override
    public void close() {
        adversary.ifPresent(Adversary::close);
        examples.close();
        optimizer.close();
        average.close();
        weights.close();
    }
}
