package org.bcm4j.denoiser;

import static org.bcm4j.tensor.Ops.scalar;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Images whose pixels are independent normal numbers: for them the ideal denoiser and the flow of the ODE are known.
 *
 * @param mean of every pixel
 * @param deviation the pixels' standard deviation
 */
record GaussianData(double mean, double deviation) implements Denoiser {
    /** E[x | x + σz], computed in float64. */
    @Override
    public Tensor denoise(Tensor x, Tensor sigma) {
        Tensor noise = sigma.to(ScalarType.Double).square().view(-1, 1, 1, 1);
        Tensor kept = noise.add(scalar(variance())).reciprocal().mul(scalar(variance()));
        return aroundMean(x.to(ScalarType.Double)).mul(kept).add(scalar(mean));
    }

    /** The same for one pixel. */
    double denoise(double x, double sigma) {
        return mean + (x - mean) * variance() / (variance() + sigma * sigma);
    }

    /** The point at time u of the trajectory that passes x, float64, at time t. */
    Tensor flow(Tensor x, double t, double u) {
        double growth = Math.sqrt((variance() + u * u) / (variance() + t * t));
        return aroundMean(x).mul(scalar(growth)).add(scalar(mean));
    }

    private double variance() {
        return deviation * deviation;
    }

    private Tensor aroundMean(Tensor x) {
        return x.sub(scalar(mean));
    }
}
