package org.bcm4j.training.terms;

import static org.bcm4j.config.Requirement.require;
import static org.bcm4j.model.NoiseScales.SIGMA_DATA;
import static org.bcm4j.tensor.Ops.scalar;

import org.bcm4j.config.Default;
import org.bcm4j.denoiser.Denoiser;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The loss of a denoiser (docs/method.md §4, "EDM denoiser"): λ(σ)·‖D(x+σ·z; σ) − x‖² with normal ln σ. The weight λ(σ)
 * = (σ²+σ_data²)/(σ·σ_data)² is 1/c_out², so the network's raw output is regressed with weight 1 at every σ.
 *
 * @param logMean P_mean, the mean of ln σ
 * @param logDeviation P_std, the standard deviation of ln σ, positive
 */
public record EdmLoss(
        @Default("-1.2") double logMean, @Default("1.2") double logDeviation) {
    /** EDM's law of σ. Its paper uses the same law for every data set. */
    public static final EdmLoss EDM = new EdmLoss(-1.2, 1.2);

    public EdmLoss {
        require(Double.isFinite(logMean), "log_mean", "must be finite, is " + logMean);
        require(
                logDeviation > 0 && Double.isFinite(logDeviation),
                "log_deviation",
                "must be positive and finite, is " + logDeviation);
    }

    /** Noise scales from standard normal numbers: σ = exp(P_mean + P_std·n), [B] to [B]. */
    public Tensor sigma(Tensor normal) {
        return normal.mul(scalar(logDeviation)).add(scalar(logMean)).exp();
    }

    /**
     * The loss of each image: the squared errors are summed over its pixels.
     *
     * @param images x, float32 [B,C,H,W] in [-1,1]
     * @param noise z, standard normal, of the same shape
     * @param sigma noise scales, float32 [B], positive
     * @return float32 [B], with a gradient if the denoiser's weights collect one
     */
    public Tensor apply(Denoiser denoiser, Tensor images, Tensor noise, Tensor sigma) {
        Tensor noisy = images.add(noise.mul(sigma.view(-1, 1, 1, 1)));
        Tensor error = denoiser.denoise(noisy, sigma).sub(images);
        return weight(sigma).mul(torch.sum(error.square().flatten(1, 3), 1));
    }

    /** λ(σ), [B] to [B]. */
    private static Tensor weight(Tensor sigma) {
        Tensor variance = sigma.square().add(scalar(SIGMA_DATA * SIGMA_DATA));
        return variance.div(sigma.mul(scalar(SIGMA_DATA)).square());
    }
}
