package org.bcm4j.app.options;

import java.util.Optional;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import picocli.CommandLine.Option;

/** The options for where and how a model computes. */
public final class ComputingOptions {
    @Option(names = "--device", paramLabel = "cpu|cuda", description = "Where to compute (default: the best there is).")
    private Optional<Device> device = Optional.empty();

    @Option(
            names = "--precision",
            paramLabel = "fp32|tf32|bf16|fp16",
            description = "Arithmetic of the convolutions (default: the fastest for the model on the device).")
    private Optional<Precision> precision = Optional.empty();

    /** The requested device, or the best one. Asking for it loads libtorch. */
    public Device device() {
        return device.orElseGet(Device::best);
    }

    /** The requested precision; absent for the fastest one for a model on the {@link #device}. */
    public Optional<Precision> precision() {
        return precision;
    }
}
