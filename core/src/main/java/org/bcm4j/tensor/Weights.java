package org.bcm4j.tensor;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The numbers of a network: one flat float32 buffer with named views. Live weights, frozen (stop-gradient) weights, a
 * moving average and the optimiser's moments are all this type, so updating, averaging and saving are operations on
 * one flat tensor. Once closed, everything but {@link #layout} throws {@link IllegalStateException}.
 */
public final class Weights implements AutoCloseable {
    private final WeightLayout layout;
    private final Tensor flat;
    private final Optional<Tensor> gradient;
    private final Map<String, Tensor> views;
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

    /** Zeros that need no gradient: moments, averages, weights about to be loaded. */
    public static Weights zeros(WeightLayout layout, Device device) {
        try (Scope scope = Scope.open()) {
            return new Weights(layout, device.zeros(layout.length()), Optional.empty());
        }
    }

    /** Freshly initialised weights, as each parameter's declaration says. */
    public static Weights initialized(WeightLayout layout, SeededGenerator generator, Device device) {
        Weights weights = zeros(layout, device);
        try (Scope scope = Scope.open()) {
            layout.slots().forEach((name, slot) -> slot.initialization().fill(weights.get(name), generator));
        }
        return weights;
    }

    /** A copy of its own memory, without gradients. */
    public Weights copy() {
        requireOpen();
        try (Scope scope = Scope.open()) {
            return new Weights(layout, flat.detach().clone(), Optional.empty());
        }
    }

    /** The same memory, whose views collect gradients in the flat buffer {@link #gradient}, over as many backward passes as are run. */
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

    /** All parameters in one row; float32 [layout.length()]. Padding between parameters is zero. */
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

    /** The named views, in order of declaration. */
    public Map<String, Tensor> views() {
        requireOpen();
        return Collections.unmodifiableMap(views);
    }

    /**
     * Copies tensors in by name.
     *
     * @param source what the tensors came from, for the error
     * @throws UserException unless names and shapes are exactly those of the layout
     */
    public void load(Map<String, Tensor> tensors, String source) {
        requireOpen();
        try (Scope scope = Scope.open();
                NoGradGuard guard = new NoGradGuard()) {
            views.forEach((name, view) -> {
                Tensor tensor = tensors.get(name);
                if (tensor == null) {
                    throw new UserException(
                            source + ": parameter " + name + " is missing; is this another architecture?");
                }
                if (!Arrays.equals(tensor.shape(), view.shape())) {
                    throw new UserException(source + ": parameter " + name + " has shape "
                            + Arrays.toString(tensor.shape()) + ", the network wants " + Arrays.toString(view.shape()));
                }
                if (!tensor.is_floating_point() || !tensor.isfinite().all().item_bool()) {
                    throw new UserException(source + ": parameter " + name
                            + (tensor.is_floating_point() ? " holds NaN or infinity" : " holds whole numbers")
                            + ", and weights are finite floating-point numbers; save the model again");
                }
                view.detach().copy_(tensor);
            });
        }
        tensors.keySet().stream()
                .filter(name -> !views.containsKey(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new UserException(source + ": parameter " + name
                            + " is unknown to the network; is this another architecture?");
                });
    }

    /** Whether the memory has been given back. */
    public boolean isClosed() {
        return closed;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("these weights are closed");
        }
    }

    /** Gives the memory back; once closed, nothing happens. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        views.values().forEach(Tensor::releaseReference);
        gradient.ifPresent(Tensor::releaseReference);
        flat.releaseReference();
    }
}
