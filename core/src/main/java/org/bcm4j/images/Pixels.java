package org.bcm4j.images;

import static org.bcm4j.tensor.Ops.scalar;

import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The two scales of pixel values: bytes from 0 to 255, as in files, and the signal in [-1,1], as in networks. A byte b
 * is the signal b/127.5 - 1. A signal x is the byte (x+1)·127.5, clamped and <em>truncated</em>, as in the published
 * BCM code, so that metrics agree with the paper's. A signal that comes exactly from a byte maps back to that byte,
 * although rounding errors and truncation would lose one level.
 */
public final class Pixels {
    private static final float HALF_RANGE = 127.5f;
    private static final float[] SIGNAL = new float[256];

    static {
        for (int level = 0; level < SIGNAL.length; level++) {
            SIGNAL[level] = level / HALF_RANGE - 1;
        }
    }

    private Pixels() {}

    /**
     * Converts the signal to bytes. A uint8 tensor is copied unchanged, and NaN becomes 0.
     *
     * @param images floating point in [-1,1] (values outside are clamped), or uint8; any shape
     * @return uint8 on the CPU, of the same shape
     * @throws IllegalArgumentException if the tensor is of another type
     */
    public static Tensor toBytes(Tensor images) {
        return HostTensors.ofBytes(bytes(images), images.shape());
    }

    /**
     * Converts bytes to the signal.
     *
     * @param images uint8, any shape
     * @return float32 in [-1,1] on the same device, of the same shape
     */
    public static Tensor toSignal(Tensor images) {
        return images.to(ScalarType.Float).div(scalar(HALF_RANGE)).sub(scalar(1.0));
    }

    private static byte toByte(float signal) {
        int level = (int) Math.max(0, Math.min(255, (signal + 1) * HALF_RANGE));
        boolean roundedDown = level < 255 && signal == SIGNAL[level + 1];
        return (byte) (roundedDown ? level + 1 : level);
    }

    /** {@link #toBytes} as a row-major array. */
    static byte[] bytes(Tensor images) {
        ScalarType type = images.scalar_type();
        if (type.value == ScalarType.Byte.value) {
            return HostTensors.bytes(images);
        }
        if (!images.is_floating_point()) {
            throw new IllegalArgumentException("images are floating point or uint8, not " + type);
        }
        float[] signal = HostTensors.floats(images);
        byte[] bytes = new byte[signal.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = toByte(signal[i]);
        }
        return bytes;
    }
}
