package org.bcm4j.training;

import java.util.List;
import java.util.Optional;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.nn.Pass;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * What one step draws for each of B images: noise, an interval of the time grid, and a time to go to.
 *
 * @param images x, float32 [B,C,H,W] in [-1,1]
 * @param noise z, standard normal, of the same shape
 * @param tNext t_{n+1}, the upper end of the interval, float32 [B]
 * @param t t_n, its lower end, float32 [B]
 * @param u the time that the soft term goes to, float32 [B], never t_{n+1}
 * @param labels int64 [B], if the network has classes
 * @param importance how much more often the consistency term's law draws the interval than it was drawn here, float32 [B]; absent for 1
 * @param posteriorMean E[x | x_{n+1}, y] over the training images, of the same shape as the images, if targets are to be stable
 */
public record Example(
        Tensor images,
        Tensor noise,
        Tensor tNext,
        Tensor t,
        Tensor u,
        Optional<Tensor> labels,
        Optional<Tensor> importance,
        Optional<Tensor> posteriorMean) {

    /** An example whose trajectory leads straight to its own image, as in the paper. */
    public Example(Tensor images, Tensor noise, Tensor tNext, Tensor t, Tensor u, Optional<Tensor> labels) {
        this(images, noise, tNext, t, u, labels, Optional.empty(), Optional.empty());
    }

    /** How many images of a batch a share of it is, rounded, at least 1. */
    static int count(double share, long batch) {
        return (int) Math.max(1, Math.round(share * batch));
    }

    /** One batch and, after it, another, so that they pass through a network at once. */
    static Tensor joined(Tensor first, Tensor second) {
        return joined(List.of(first, second));
    }

    /** Batches, one after another. */
    static Tensor joined(List<Tensor> batches) {
        return torch.cat(new TensorVector(batches.toArray(Tensor[]::new)), 0);
    }

    /** The first {@code count} images with all that was drawn for them. */
    Example first(long count) {
        return range(0, count);
    }

    /** The {@code index}-th of {@code parts} of the images, as equal as can be, with all that was drawn for them. */
    Example part(int index, int parts) {
        long count = images.size(0);
        long from = count * index / parts;
        return range(from, count * (index + 1) / parts - from);
    }

    private Example range(long from, long count) {
        return new Example(
                images.narrow(0, from, count),
                noise.narrow(0, from, count),
                tNext.narrow(0, from, count),
                t.narrow(0, from, count),
                u.narrow(0, from, count),
                labels.map(all -> all.narrow(0, from, count)),
                importance.map(all -> all.narrow(0, from, count)),
                posteriorMean.map(all -> all.narrow(0, from, count)));
    }

    /** What a denoiser is to answer at x_{n+1}: the image itself, or its expectation. */
    Tensor denoised() {
        return posteriorMean.orElse(images);
    }

    /**
     * x_n, the trajectory's point at t_n below x_{n+1}: one step D + t_n·(x_{n+1} − D)/t_{n+1} of the PF ODE towards D = E[x | x_{n+1}],
     * which is x + t_n·z where the image itself stands for D.
     */
    Tensor lower() {
        if (posteriorMean.isEmpty()) {
            return diffused(t);
        }
        Tensor mean = posteriorMean.get();
        return mean.add(diffused(tNext).sub(mean).mul(t.div(tNext).view(-1, 1, 1, 1)));
    }

    /** x_s = x + s·z, the image diffused to noise scale s. */
    Tensor diffused(Tensor scale) {
        return images.add(noise.mul(scale.view(-1, 1, 1, 1)));
    }

    /** f(x, from, to) for points that belong to these images, with their labels. */
    Tensor traverse(ConsistencyFunction f, Pass pass, Tensor x, double from, double to) {
        return f.apply(pass, x, torch.full_like(t, new Scalar(from)), torch.full_like(t, new Scalar(to)), labels);
    }

    /** Time 0, that is σ_min, for every image. */
    Tensor timeZero() {
        return t.mul(new Scalar(0.0)).add(new Scalar(NoiseScales.SIGMA_MIN));
    }
}
