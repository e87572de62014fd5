package org.bcm4j.training;

import static org.bcm4j.model.NoiseScales.SIGMA_DATA;

import java.util.Map;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Pass;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * EDM's denoising loss for a network that is told u as well: for every u the raw output is regressed on the denoiser's target
 * F* = (t·x − σ_data²·z) / (σ_data·√(t²+σ_data²)), whose weighting in image space is EDM's λ (docs/method.md §4). With that output f(x_t, t, u) is
 * one Euler step of the PF ODE from t to u, forwards or backwards: a start for bidirectional training that costs a third of its step.
 */
public record Denoising() implements Objective {
    @Override
    public Loss apply(ConsistencyFunction f, Pass live, Pass constant, Example example, PseudoHuber distance) {
        Tensor t = example.tNext();
        Tensor raw = f.raw(Objective.again(live), example.diffused(t), t, example.u(), example.labels());
        Tensor squared = raw.sub(target(example)).square().mean();
        return new Loss(squared, Map.of("denoising", squared));
    }

    private static Tensor target(Example example) {
        Tensor t = example.tNext().view(-1, 1, 1, 1);
        Tensor x = example.denoised();
        Tensor z = example.diffused(example.tNext()).sub(x).div(t);
        Scalar variance = new Scalar(SIGMA_DATA * SIGMA_DATA);
        Tensor scale = torch.sqrt(t.square().add(variance)).mul(new Scalar(SIGMA_DATA));
        return x.mul(t).sub(z.mul(variance)).div(scale);
    }
}
