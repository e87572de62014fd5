package org.bcm4j.tensor;

import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * The device that holds tensors and runs operations. Random numbers are always drawn on the CPU, so a seed gives the
 * same numbers on every device.
 */
public enum Device {
    CPU(torch.DeviceType.CPU),
    CUDA(torch.DeviceType.CUDA);

    final torch.DeviceType type;

    Device(torch.DeviceType type) {
        this.type = type;
    }

    /** The fastest available device. */
    public static Device best() {
        return torch.cuda_is_available() ? CUDA : CPU;
    }

    /**
     * Checks that this device can be used.
     *
     * @throws UserException if it cannot; the message says what to check
     */
    public Device require() {
        if (this == CUDA && !torch.cuda_is_available()) {
            throw new UserException(
                    "device cuda: libtorch sees no GPU; build with -Pgpu, put CUDA 13 and cuDNN 9 on LD_LIBRARY_PATH,"
                            + " and run with -Dorg.bytedeco.javacpp.logger.debug=true to see which library is missing");
        }
        return this;
    }

    /** A float32 tensor of zeros of the given shape. */
    public Tensor zeros(long... shape) {
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
        return move(Tensor.create(rounded));
    }

    /** An int64 vector of the given values. */
    public Tensor integers(long... values) {
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
