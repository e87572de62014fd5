package org.bcm4j.tensor;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.bcm4j.storage.UserException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * The device that holds tensors and runs operations. A seed gives the same random numbers on every device, up to
 * rounding.
 */
public enum Device {
    CPU(torch.DeviceType.CPU),
    CUDA(torch.DeviceType.CUDA);

    private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");

    final torch.DeviceType type;

    Device(torch.DeviceType type) {
        this.type = type;
    }

    /** The fastest available device. */
    public static Device best() {
        NativeCode.prepare();
        return torch.cuda_is_available() ? CUDA : CPU;
    }

    /**
     * Checks that this device can be used.
     *
     * @throws UserException if it cannot; the message says what to do
     */
    public Device require() {
        obstacle().ifPresent(reason -> {
            throw new UserException("device " + name().toLowerCase(Locale.ROOT) + ": " + reason);
        });
        return this;
    }

    /** Why this device cannot be used, and what to do, in one line; nothing if it can. */
    public Optional<String> obstacle() {
        if (this == CPU || best() == CUDA) {
            return Optional.empty();
        }
        if (!NativeCode.hasCudaCode()) {
            return Optional.of("bcm4j was built without CUDA; build it with Maven's profile gpu"
                    + " (BCM_MAVEN_OPTIONS=-Pgpu for ./bcm)");
        }
        try {
            Loader.load(torch_cuda.class);
        } catch (LinkageError e) {
            String cause = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            return Optional.of("libtorch's CUDA code does not load (" + cause
                    + "); put the folders of CUDA 13 and cuDNN 9 on LD_LIBRARY_PATH");
        }
        return Optional.of(
                Files.exists(DRIVER)
                        ? "the driver offers no GPU; see nvidia-smi and CUDA_VISIBLE_DEVICES"
                        : "no NVIDIA driver is loaded; install it");
    }

    /** Bytes of memory of the machine, or of the container that this process runs in; not known for a GPU. */
    public OptionalLong memory() {
        return this == CPU
                ? OptionalLong.of(ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                        .getTotalMemorySize())
                : OptionalLong.empty();
    }

    /** A float32 tensor of zeros of the given shape. */
    public Tensor zeros(long... shape) {
        NativeCode.prepareTensors();
        return torch.zeros(shape, options(torch.ScalarType.Float));
    }

    /** A float32 tensor of the given shape, filled with {@code value}. */
    public Tensor full(double value, long... shape) {
        return zeros(shape).add_(new org.bytedeco.pytorch.Scalar(value));
    }

    /** A float32 vector of the given values. */
    public Tensor floats(double... values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = (float) values[i];
        }
        NativeCode.prepareTensors();
        return move(Tensor.create(rounded));
    }

    /** An int64 vector of the given values. */
    public Tensor integers(long... values) {
        NativeCode.prepareTensors();
        return move(Tensor.create(values));
    }

    /** The tensor on this device; itself if it is already there. */
    public Tensor move(Tensor tensor) {
        return this == CPU && tensor.is_cpu() ? tensor : tensor.to(device(), tensor.scalar_type());
    }

    private org.bytedeco.pytorch.Device device() {
        return new org.bytedeco.pytorch.Device(type);
    }

    private TensorOptions options(torch.ScalarType scalarType) {
        return new TensorOptions(scalarType).device(new org.bytedeco.pytorch.DeviceOptional(device()));
    }
}
