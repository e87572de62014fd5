package org.bcm4j.editing;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bcm4j.tensor.TensorForm;
import org.bytedeco.pytorch.Tensor;

/** Interpolation between noises (docs/method.md §7). */
public final class Interpolation {
    private Interpolation() {}

    /**
     * Spherical interpolation, sin((1−α)ψ)/sin ψ·z1 + sin(αψ)/sin ψ·z2. ψ is the angle between the noises; α goes from
     * 0 to 1 in equal steps.
     *
     * @param ends z1 and z2, float32 [2,C,H,W], neither zero
     * @param frames at least 2
     * @return float32 [frames,C,H,W]; the first is z1, the last z2
     */
    public static Tensor slerp(Tensor ends, int frames) {
        requireEnds(ends, frames);
        Tensor z1 = ends.narrow(0, 0, 1);
        Tensor z2 = ends.narrow(0, 1, 1);
        double lengths = z1.norm().item_double() * z2.norm().item_double();
        if (!(lengths > 0)) {
            throw new IllegalArgumentException("noises that are zero or NaN have no angle between them");
        }
        double cosine = z1.mul(z2).sum().item_double() / lengths;
        double angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
        List<Tensor> between = new ArrayList<>();
        for (int i = 0; i < frames; i++) {
            double alpha = (double) i / (frames - 1);
            between.add(z1.mul(scalar(part(1 - alpha, angle))).add(z2.mul(scalar(part(alpha, angle)))));
        }
        return cat(0, between.toArray(Tensor[]::new));
    }

    /**
     * Checks the arguments of {@link #slerp}.
     *
     * @throws IllegalArgumentException unless there are two ends and at least 2 frames
     */
    public static void requireEnds(Tensor ends, int frames) {
        TensorForm form = TensorForm.of("the ends of an interpolation", ends);
        if (form.shape().isEmpty() || form.shape().get(0) != 2) {
            throw new IllegalArgumentException("an interpolation needs two ends, [2,C,H,W], not " + form);
        }
        if (frames < 2) {
            throw new IllegalArgumentException("an interpolation needs at least 2 frames, its two ends, not " + frames);
        }
    }

    /** The nearer end of each frame of {@link #slerp}, 0 or 1; the frame half-way counts to the first end. */
    public static long[] nearerEnds(int frames) {
        return IntStream.range(0, frames).mapToLong(i -> 2 * i < frames ? 0 : 1).toArray();
    }

    /** sin(αψ)/sin ψ, or its limit α if the noises are parallel. */
    private static double part(double alpha, double angle) {
        return Math.sin(angle) < 1e-6 ? alpha : Math.sin(alpha * angle) / Math.sin(angle);
    }
}
