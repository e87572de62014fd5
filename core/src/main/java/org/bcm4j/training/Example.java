package org.bcm4j.training;

import java.util.Optional;
import org.bcm4j.model.NoiseScales;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * What one step draws for each of B images: noise, an interval of the time grid, and a time to go to.
 *
 * @param images x, float32 [B,C,H,W] in [-1,1]
 * @param noise z, standard normal, of the same shape
 * @param tNext t_{n+1}, the upper end of the interval, float32 [B]
 * @param t t_n, its lower end, float32 [B]
 * @param u the time that the soft term goes to, float32 [B], never t_{n+1}
 * @param labels int64 [B], if the network has classes
 */
public record Example(Tensor images, Tensor noise, Tensor tNext, Tensor t, Tensor u, Optional<Tensor> labels) {

    /** x_s = x + s·z, the image diffused to noise scale s. */
    Tensor diffused(Tensor scale) {
        return images.add(noise.mul(scale.view(-1, 1, 1, 1)));
    }

    /** Time 0, that is σ_min, for every image. */
    Tensor timeZero() {
        return t.mul(new Scalar(0.0)).add(new Scalar(NoiseScales.SIGMA_MIN));
    }
}
