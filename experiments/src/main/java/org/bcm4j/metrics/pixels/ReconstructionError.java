package org.bcm4j.metrics.pixels;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.Arrays;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The mean squared error of reconstructions per pixel value, with images scaled to [0,1] (docs/method.md §6), over all
 * added pairs. Reconstructions are clamped to the pixel range but not rounded to the 256 levels of a file.
 */
public final class ReconstructionError {
    private double sum;
    private long images;

    /**
     * Adds a batch of pairs.
     *
     * @param originals floating point [B,C,H,W] in [-1,1]
     * @param reconstructions the same shape and device; values outside [-1,1] are clamped
     * @throws IllegalArgumentException if the shapes differ
     */
    public void add(Tensor originals, Tensor reconstructions) {
        add(perImage(originals, reconstructions));
    }

    /** Adds a batch of pairs by their errors, those of {@link #perImage}. */
    public void add(double... errors) {
        sum += Arrays.stream(errors).sum();
        images += errors.length;
    }

    /**
     * The mean squared error on [0,1], from 0 to 1.
     *
     * @throws IllegalStateException if nothing was added
     */
    public double meanSquared() {
        if (images == 0) {
            throw new IllegalStateException("no images were compared");
        }
        return sum / images;
    }

    /** The mean squared error of each pair of a batch, on [0,1]; parameters as {@link #add}. */
    public static double[] perImage(Tensor originals, Tensor reconstructions) {
        if (!Arrays.equals(originals.shape(), reconstructions.shape())) {
            throw new IllegalArgumentException("cannot compare images of shape " + Arrays.toString(originals.shape())
                    + " with " + Arrays.toString(reconstructions.shape()));
        }
        try (Scope scope = Scope.open()) {
            Tensor clamped = reconstructions
                    .to(ScalarType.Double)
                    .clamp(new ScalarOptional(scalar(-1.0)), new ScalarOptional(scalar(1.0)));
            // [-1,1] is twice as wide as [0,1], so its squares are four times as large.
            Tensor squared =
                    originals.to(ScalarType.Double).sub(clamped).square().div(scalar(4.0));
            return HostTensors.doubles(squared.mean(1, 2, 3));
        }
    }

    /**
     * The peak signal-to-noise ratio in decibels, 10·log₁₀(1/MSE).
     *
     * @param meanSquared an error on [0,1]; 0 gives positive infinity
     */
    public static double peakSignalToNoise(double meanSquared) {
        return -10 * Math.log10(meanSquared);
    }
}
