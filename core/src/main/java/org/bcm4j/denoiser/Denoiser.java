package org.bcm4j.denoiser;

import org.bytedeco.pytorch.Tensor;

/** D(x; σ): the expected images, given the images with noise of standard deviation σ. */
@FunctionalInterface
public interface Denoiser {
    /**
     * Evaluates D once, which counts as 1 NFE.
     *
     * @param x images with noise, float32 [B,C,H,W]; not to be changed
     * @param sigma the standard deviation of each image's noise, float32 [B], positive
     * @return the expected images, [B,C,H,W], in [-1,1] except for the denoiser's own errors
     */
    Tensor denoise(Tensor x, Tensor sigma);
}
