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
 * A denoiser computed by a network: D(x; σ, y) = c_skip·x + c_out·F(c_in·x, σ, y), with EDM's preconditioning (its Eq.
 * 7 and Table 1), {@link ModelKind#DENOISER}.
 *
 * <p>A network that also receives a target time u receives time 0, which is σ_min. The network must have been trained
 * as a denoiser; a consistency model computes a different function. Gradients flow to the weights of the pass if they
 * collect gradients. The arithmetic is that of the thread's {@link org.bcm4j.tensor.Precision}.
 *
 * @param network F
 * @param pass the weights and dropout of F
 * @param labels the class of each image, int64 [B]; present if and only if the network has classes
 */
public record EdmDenoiser(Network network, Pass pass, Optional<Tensor> labels) implements Denoiser {
    @Override
    public Tensor denoise(Tensor x, Tensor sigma) {
        Tensor timeZero = torch.full_like(sigma, scalar(SIGMA_MIN));
        return new ConsistencyFunction(network, ModelKind.DENOISER).apply(pass, x, sigma, timeZero, labels);
    }
}
