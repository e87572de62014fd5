package org.bcm4j.model;

import org.bcm4j.network.Network;
import org.bcm4j.nn.PackedConvolutions;
import org.bcm4j.onnx.CompiledGraph;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;

/** What computes the evaluations of a model that need no gradients. Evaluations with gradients are libtorch's. */
public enum Engine {
    COMPILED("ONNX Runtime, which compiles the network for this processor"),
    PACKED("libtorch, with convolutions whose weights are packed once"),
    PLAIN("libtorch");

    /**
     * Of an image. Above, convolutions take most of the time; libtorch's are as fast, and use all cores for one image.
     */
    private static final long MOST_MULTIPLY_ADDS = 1_000_000_000;

    private final String title;

    Engine(String title) {
        this.title = title;
    }

    /** The engine for a network on a device in a precision. */
    public static Engine of(Network network, Device device, Precision precision) {
        boolean compilable = device == Device.CPU
                && precision == Precision.FP32
                && network.cost().multiplyAdds() <= MOST_MULTIPLY_ADDS;
        if (compilable && CompiledGraph.version().isPresent()) {
            return COMPILED;
        }
        return PackedConvolutions.areAvailableOn(device, precision) ? PACKED : PLAIN;
    }

    /**
     * The precision in which a network is evaluated fastest on a device. On a processor it is float32 where it can
     * be compiled: bfloat16 takes three times as long for one image, and as long for 64.
     */
    public static Precision fastestPrecision(Network network, Device device) {
        return of(network, device, Precision.FP32) == COMPILED ? Precision.FP32 : Precision.fastestOn(device);
    }

    /** What it is, for people. */
    public String title() {
        return title;
    }
}
