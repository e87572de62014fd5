package org.bcm4j.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.global.torch;

/**
 * The arithmetic of convolutions and matrix products. Norms, losses, weights and averaged weights are float32 in every
 * precision. So are the embedding of times, the first convolution and the exit of a network, and fixed filters.
 */
public enum Precision {
    /** float32 throughout, on GPUs too. */
    FP32(torch.ScalarType.Float),
    /**
     * float32 of which GPUs since 2020 round the factors of products to 10 bits: several times faster there. Processors
     * do not have it.
     */
    TF32(torch.ScalarType.Float),
    /**
     * bfloat16 autocast. Fast on processors with bfloat16 instructions; emulated, and slower than float32, on others.
     */
    BF16(torch.ScalarType.BFloat16),
    /**
     * float16 autocast. Numbers above 65,504 overflow, so training needs a scaled loss. For GPUs without bfloat16;
     * emulated, and slower than float32, on processors.
     */
    FP16(torch.ScalarType.Half);

    private final torch.ScalarType type;

    Precision(torch.ScalarType type) {
        this.type = type;
    }

    /** bfloat16 on a GPU and on processors with AVX512-BF16 or AMX, float32 otherwise. */
    public static Precision fastestOn(Device device) {
        return BF16.isNativeOn(device) ? BF16 : FP32;
    }

    /** Whether a device computes in this precision, by itself or emulated. */
    public boolean isAvailableOn(Device device) {
        return this != TF32 || device == Device.CUDA;
    }

    /**
     * Returns this precision.
     *
     * @throws UserException if the device does not have it
     */
    public Precision requireOn(Device device) {
        if (!isAvailableOn(device)) {
            throw new UserException("precision tf32 is for GPUs; on this device take fp32");
        }
        return this;
    }

    /** Whether products are computed from numbers of 16 bits. */
    public boolean isOfHalfSize() {
        return type != torch.ScalarType.Float;
    }

    /** Whether a device computes in this precision, rather than emulating it. */
    public boolean isNativeOn(Device device) {
        return this == FP32 || device == Device.CUDA || (this == BF16 && processorHasBfloat16());
    }

    private static boolean processorHasBfloat16() {
        try {
            String cpuinfo = Files.readString(Path.of("/proc/cpuinfo"));
            return cpuinfo.contains("avx512_bf16") || cpuinfo.contains("amx_bf16");
        } catch (IOException e) {
            return false; // not Linux: float32 works everywhere
        }
    }

    /**
     * Switches this thread to this precision until the returned guard is closed. Run backward passes after closing it.
     *
     * <p>Whether a GPU rounds float32 to TF32 is one setting of the process: that of the newest guard on any thread, also
     * after it is closed, so that the backward pass rounds as the evaluation did. A guard within another restores it.
     * Before the first guard, convolutions round. A process that computes strictly and with rounding at the same time gets
     * either in both.
     */
    public Guard on(Device device) {
        return new Guard(device, requireOn(device));
    }

    /**
     * Switches this thread to float32 in the middle of an evaluation in half precision, until the returned guard is closed.
     * Unlike {@link #FP32}, it leaves the rounding of float32 on a GPU as it is.
     */
    public static Guard float32Within(Device device) {
        return new Guard(device);
    }

    /** The type of the factors of convolutions and matrix products on this thread now. */
    public static torch.ScalarType typeOfProducts(Device device) {
        return torch.is_autocast_enabled(device.type)
                ? torch.get_autocast_dtype(device.type).intern()
                : torch.ScalarType.Float;
    }

    /** Restores the thread's earlier precision when closed. */
    public static final class Guard implements AutoCloseable {
        private final torch.DeviceType type;
        private final boolean enabledBefore;
        private final torch.ScalarType dtypeBefore;
        private final boolean roundedBefore;

        private Guard(Device device) {
            type = device.type;
            enabledBefore = torch.is_autocast_enabled(type);
            dtypeBefore = torch.get_autocast_dtype(type);
            roundedBefore = device == Device.CUDA && torch.globalContext().allowTF32CuDNN();
            torch.set_autocast_enabled(type, false);
            torch.increment_nesting();
        }

        private Guard(Device device, Precision precision) {
            this(device);
            if (precision.isOfHalfSize()) {
                torch.set_autocast_enabled(type, true);
                torch.set_autocast_dtype(type, precision.type);
            }
            if (device == Device.CUDA) {
                round(precision != FP32); // libtorch rounds in convolutions unless it is told not to
            }
        }

        private static void round(boolean rounds) {
            torch.globalContext().setAllowTF32CuDNN(rounds);
            torch.globalContext().setAllowTF32CuBLAS(rounds);
        }

        @Override
        public void close() {
            if (torch.decrement_nesting() == 0) {
                torch.clear_cache();
            } else if (type == Device.CUDA.type) {
                round(roundedBefore);
            }
            torch.set_autocast_enabled(type, enabledBefore);
            torch.set_autocast_dtype(type, dtypeBefore);
        }
    }
}
