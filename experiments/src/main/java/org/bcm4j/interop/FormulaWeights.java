package org.bcm4j.interop;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Weights that anyone can recompute, so that outputs of large networks can be recorded without the weights. Each
 * parameter has pseudorandom numbers from a SplitMix64 sequence, seeded by the FNV-1a hash of its name and by a salt.
 * Every operation is float32 and rounded at each step, so the values have the same bits everywhere. The README of each
 * fixture that uses the formula states it in full.
 */
public record FormulaWeights(long salt) {
    /** 2^64 divided by the golden ratio: the step of SplitMix64. */
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private static final long HASH_START = 0xCBF29CE484222325L;
    private static final long HASH_PRIME = 0x100000001B3L;

    /**
     * The values of one parameter, row-major. They are uniform: of variance 1/(fan in) for matrices and kernels, in a
     * small range around 0 or 1 for vectors.
     */
    public float[] values(String name, long... shape) {
        float centre = 0;
        float scale = 0.1f;
        if (shape.length > 1) {
            scale = (float) Math.sqrt(3.0 / Arrays.stream(shape).skip(1).reduce(1, Math::multiplyExact));
        } else {
            switch (name.substring(name.lastIndexOf('.') + 1)) {
                case "weight" -> centre = 1;
                case "running_var" -> {
                    centre = 1;
                    scale = 0.2f;
                }
                case "freqs" -> scale = 16;
                default -> {} // biases and running means
            }
        }
        float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
        long state = hash(name) ^ (salt * STEP);
        for (int i = 0; i < values.length; i++) {
            state += STEP;
            values[i] = centre + scale * uniform(state);
        }
        return values;
    }

    /** A number in [-1,1), from 24 random bits. */
    private static float uniform(long state) {
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        z = z ^ (z >>> 31);
        return (z >>> 40) * 0x1p-23f - 1;
    }

    private static long hash(String name) {
        long hash = HASH_START;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ Byte.toUnsignedLong(b)) * HASH_PRIME;
        }
        return hash;
    }
}
