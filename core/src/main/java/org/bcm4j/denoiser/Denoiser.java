package org.bcm4j.denoiser;

import org.bytedeco.pytorch.Tensor;

/** D(x; σ): the expectation of the images, given the images with noise of standard deviation σ. */
@FunctionalInterface
public interface Denoiser {
    /**
     * One evaluation, counted as 1 NFE.
     *
     * @param x images with noise, float32 [B,C,H,W]; not to be changed
     * @param sigma the noise's standard deviation for each of them, float32 [B], positive
     * @return the images expected, [B,C,H,W], in [-1,1] but for the denoiser's own errors
     */
    Tensor denoise(Tensor x, Tensor sigma);
}
