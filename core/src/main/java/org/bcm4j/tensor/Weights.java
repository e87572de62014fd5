package org.bcm4j.tensor;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The weights of a network: one flat float32 buffer with named views. Live weights, frozen (stop-gradient) weights,
 * averaged weights and the optimiser's moments all have this type, so updating, averaging and saving are operations on
 * one flat tensor. After {@link #close}, everything except {@link #layout} and {@link #isClosed} throws
 * {@link IllegalStateException}.
 */
public final class Weights implements AutoCloseable {
    private final WeightLayout layout;
    private final Tensor flat;
    private final Optional<Tensor> gradient;
    private final Map<String, Tensor> views;

    /** By name. Many threads ask for them. */
    private final Map<String, Tensor> constants = new ConcurrentHashMap<>();

    private boolean closed;

    private Weights(WeightLayout layout, Tensor flat, Optional<Tensor> gradient) {
        this.layout = layout;
        this.flat = Scope.own(flat);
        this.gradient = gradient.map(Scope::own);
        this.views = new LinkedHashMap<>();
        try (Scope scope = Scope.open()) {
            layout.slots().forEach((name, slot) -> views.put(name, Scope.own(view(slot))));
        }
    }

    private Tensor view(WeightLayout.Slot slot) {
        long[] shape = slot.dimensions();
        Tensor view = flat.narrow(0, slot.offset(), slot.size()).view(shape).detach();
        gradient.ifPresent(g -> {
            view.set_requires_grad(true);
            view.mutable_grad().put(g.narrow(0, slot.offset(), slot.size()).view(shape));
        });
        return view;
    }

    /** Zeros without gradients: for moments, averages, and weights to be loaded. */
    public static Weights zeros(WeightLayout layout, Device device) {
        try (Scope scope = Scope.open()) {
            return new Weights(layout, device.zeros(layout.length()), Optional.empty());
        }
    }

    /** Weights with a given content. If that fails, their memory is released. */
    public static Weights filled(WeightLayout layout, Device device, Consumer<Weights> content) {
        Weights weights = zeros(layout, device);
        try {
            content.accept(weights);
            return weights;
        } catch (RuntimeException | Error failure) {
            weights.close();
            throw failure;
        }
    }

    /**
     * Weights from tensors, as {@link #load}.
     *
     * @throws UserException as {@link #load}
     */
    public static Weights loaded(WeightLayout layout, Map<String, Tensor> tensors, String source, Device device) {
        return filled(layout, device, weights -> weights.load(tensors, source));
    }

    /** Freshly initialised weights, as each parameter's declaration says. */
    public static Weights initialized(WeightLayout layout, SeededGenerator generator, Device device) {
        try (Scope scope = Scope.open()) {
            return filled(
                    layout,
                    device,
                    weights -> layout.slots()
                            .forEach((name, slot) -> slot.initialization().fill(weights.get(name), generator)));
        }
    }

    /** A copy in separate memory, without gradients. */
    public Weights copy() {
        requireOpen();
        try (Scope scope = Scope.open()) {
            return new Weights(layout, flat.detach().clone(), Optional.empty());
        }
    }

    /**
     * The same memory with gradients. The views accumulate gradients in the flat buffer {@link #gradient} over all
     * backward passes.
     */
    public Weights trainable() {
        requireOpen();
        try (Scope scope = Scope.open()) {
            return new Weights(layout, flat, Optional.of(torch.zeros_like(flat)));
        }
    }

    /** The same memory, as constants: sg θ in the equations. */
    public Weights frozen() {
        requireOpen();
        return new Weights(layout, flat, Optional.empty());
    }

    public WeightLayout layout() {
        return layout;
    }

    /** All parameters as one vector, float32 [layout.length()]. Padding between parameters is zero. */
    public Tensor flat() {
        requireOpen();
        return flat;
    }

    /** The flat gradient of {@link #trainable} weights. */
    public Tensor gradient() {
        requireOpen();
        return gradient.orElseThrow(() -> new IllegalStateException("these weights collect no gradient"));
    }

    /** @throws IllegalArgumentException if there is no such parameter */
    public Tensor get(String name) {
        requireOpen();
        Tensor view = views.get(name);
        if (view == null) {
            throw new IllegalArgumentException("no parameter named " + name);
        }
        return view;
    }

    /**
     * A tensor that the network needs besides its parameters. It is computed once, and kept on the device of the weights
     * until they are closed. Thread-safe.
     *
     * @param name the same name always means the same values
     * @param values computes the tensor, float32, on any device
     */
    public Tensor constant(String name, Supplier<Tensor> values) {
        requireOpen();
        Tensor kept = constants.get(name);
        return kept != null ? kept : constants.computeIfAbsent(name, unknown -> onDevice(values));
    }

    private Tensor onDevice(Supplier<Tensor> values) {
        try (Scope scope = Scope.open()) {
            return Scope.own(values.get().to(flat.device(), flat.scalar_type()));
        }
    }

    /** The named views, in order of declaration. */
    public Map<String, Tensor> views() {
        requireOpen();
        return Collections.unmodifiableMap(views);
    }

    /**
     * Copies tensors into the parameters by name.
     *
     * @param source where the tensors came from, for the error message
     * @throws UserException unless names and shapes are exactly those of the layout and all values are finite
     *     floating-point numbers
     */
    public void load(Map<String, Tensor> tensors, String source) {
        requireOpen();
        try (Scope scope = Scope.open();
                NoGradGuard guard = new NoGradGuard()) {
            views.forEach((name, view) -> {
                Tensor tensor = tensors.get(name);
                if (tensor == null) {
                    throw new UserException(
                            source + ": parameter " + name + " is missing; is it of another architecture?");
                }
                if (!Arrays.equals(tensor.shape(), view.shape())) {
                    throw new UserException(source + ": parameter " + name + " has shape "
                            + Arrays.toString(tensor.shape()) + ", the network needs " + Arrays.toString(view.shape()));
                }
                // Converted first: a float64 can exceed float32.
                Tensor converted = tensor.to(view.scalar_type());
                if (!tensor.is_floating_point() || !converted.isfinite().all().item_bool()) {
                    throw new UserException(source + ": parameter " + name
                            + (tensor.is_floating_point() ? " holds NaN or infinity" : " holds whole numbers")
                            + ", but weights must be finite floating-point numbers; save the model again");
                }
                view.detach().copy_(converted);
            });
        }
        tensors.keySet().stream()
                .filter(name -> !views.containsKey(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new UserException(source + ": parameter " + name
                            + " is unknown to the network; is it of another architecture?");
                });
    }

    /** Whether the memory has been released. */
    public boolean isClosed() {
        return closed;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("these weights are closed");
        }
    }

    /** Releases the memory. Does nothing if it is already closed. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        views.values().forEach(Tensor::releaseReference);
        constants.values().forEach(Tensor::releaseReference);
        gradient.ifPresent(Tensor::releaseReference);
        flat.releaseReference();
    }
}
