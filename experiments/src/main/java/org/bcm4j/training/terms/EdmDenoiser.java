package org.bcm4j.training.terms;

import static org.bcm4j.model.NoiseScales.SIGMA_MIN;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.Optional;
import org.bcm4j.denoiser.Denoiser;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.Network;
import org.bcm4j.nn.Pass;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A denoiser by a network, D(x; σ, y) = c_skip·x + c_out·F(c_in·x, σ, y), with EDM's preconditioning (its Eq. 7 and Table 1),
 * {@link ModelKind#DENOISER}.
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
        Tensor timeZero = torch.full_like(sigma, scalar(SIGMA_MIN));
        return new ConsistencyFunction(network, ModelKind.DENOISER).apply(pass, x, sigma, timeZero, labels);
    }
}
