package org.bcm4j.training.terms;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.Optional;
import org.bcm4j.model.NoiseScales;
import org.bytedeco.pytorch.Tensor;

/**
 * The draws of a term for B images: noise, an interval of the time grid, and a target time.
 *
 * @param images x, float32 [B,C,H,W] in [-1,1]
 * @param noise z, standard normal, of the same shape
 * @param tNext t_{n+1}, the upper end of the interval, float32 [B]
 * @param t t_n, the lower end of the interval, float32 [B]
 * @param u the target time, float32 [B]
 * @param labels int64 [B], if the network has classes
 * @param importance the probability of the interval under the consistency term's law, divided by the probability with
 *     which it was drawn, float32 [B]; absent if that is 1
 * @param stableTargets E[x | x_{n+1}, y] over the training images, of the same shape as the images; present if stable
 *     targets are in use
 */
public record TrainingBatch(
        Tensor images,
        Tensor noise,
        Tensor tNext,
        Tensor t,
        Tensor u,
        Optional<Tensor> labels,
        Optional<Tensor> importance,
        Optional<Tensor> stableTargets) {

    /** A batch whose trajectories lead straight to their own images, as in the paper. */
    public TrainingBatch(Tensor images, Tensor noise, Tensor tNext, Tensor t, Tensor u, Optional<Tensor> labels) {
        this(images, noise, tNext, t, u, labels, Optional.empty(), Optional.empty());
    }

    /** Two batches in sequence, for one pass through the network. */
    static Tensor joined(Tensor first, Tensor second) {
        return cat(0, first, second);
    }

    /** The first {@code count} images with all their draws. */
    TrainingBatch first(long count) {
        return new TrainingBatch(
                images.narrow(0, 0, count),
                noise.narrow(0, 0, count),
                tNext.narrow(0, 0, count),
                t.narrow(0, 0, count),
                u.narrow(0, 0, count),
                labels.map(all -> all.narrow(0, 0, count)),
                importance.map(all -> all.narrow(0, 0, count)),
                stableTargets.map(all -> all.narrow(0, 0, count)));
    }

    /** The target of a denoiser at x_{n+1}: the image itself or its expectation. */
    Tensor denoised() {
        return stableTargets.orElse(images);
    }

    /** x_{n+1}, the image diffused to the interval's upper end. */
    Tensor upper() {
        return diffused(tNext);
    }

    /**
     * x_n, the point at t_n of the trajectory through x_{n+1}. It is one step D + t_n·(x_{n+1} − D)/t_{n+1} of the PF
     * ODE towards D = E[x | x_{n+1}]. If D is the image itself, it is x + t_n·z.
     */
    Tensor lower() {
        if (stableTargets.isEmpty()) {
            return diffused(t);
        }
        Tensor mean = stableTargets.get();
        return mean.add(upper().sub(mean).mul(t.div(tNext).view(-1, 1, 1, 1)));
    }

    /** x_s = x + s·z, the image diffused to noise scale s. */
    Tensor diffused(Tensor scale) {
        return images.add(noise.mul(scale.view(-1, 1, 1, 1)));
    }

    /** Time 0, which is σ_min, for every image. */
    Tensor timeZero() {
        return t.mul(scalar(0.0)).add(scalar(NoiseScales.SIGMA_MIN));
    }
}
