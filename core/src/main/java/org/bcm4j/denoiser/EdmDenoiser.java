package org.bcm4j.denoiser;

import static org.bcm4j.model.NoiseScales.SIGMA_DATA;
import static org.bcm4j.model.NoiseScales.SIGMA_MIN;

import java.util.Optional;
import org.bcm4j.nn.Pass;
import org.bcm4j.unet.Network;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A denoiser by a network, with EDM's preconditioning (its Eq. 7 and Table 1):
 *
 * <pre>
 * D(x; σ, y) = c_skip·x + c_out·F(c_in·x, σ, y)
 * c_skip = σ_data²/(σ²+σ_data²)
 * c_out  = σ·σ_data/√(σ²+σ_data²)
 * c_in   = 1/√(σ²+σ_data²)
 * </pre>
 *
 * <p>A network that is told a target time u as well is told "time 0", σ_min: where a denoiser leads. It must have been
 * trained as a denoiser; a consistency model answers another question. Gradients flow to the weights of the pass if
 * they collect them, and the arithmetic is that of the thread's {@link org.bcm4j.tensor.Precision}.
 *
 * @param network F
 * @param pass its weights and dropout
 * @param labels the class of each image, int64 [B]; present if and only if the network has classes
 */
public record EdmDenoiser(Network network, Pass pass, Optional<Tensor> labels) implements Denoiser {
    @Override
    public Tensor denoise(Tensor x, Tensor sigma) {
        Tensor variance = sigma.square().add(new Scalar(SIGMA_DATA * SIGMA_DATA));
        Tensor skip = variance.reciprocal().mul(new Scalar(SIGMA_DATA * SIGMA_DATA));
        Tensor out = sigma.mul(new Scalar(SIGMA_DATA)).div(variance.sqrt());
        Tensor in = variance.rsqrt();
        Tensor timeZero = torch.full_like(sigma, new Scalar(SIGMA_MIN));

        Tensor raw = network.apply(pass, x.mul(perImage(in)), sigma, timeZero, labels);
        return perImage(skip).mul(x).add(perImage(out).mul(raw));
    }

    private static Tensor perImage(Tensor coefficient) {
        return coefficient.view(-1, 1, 1, 1);
    }
}
