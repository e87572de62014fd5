package org.bcm4j.training;

import java.util.Map;
import org.bcm4j.config.Default;
import org.bcm4j.denoiser.EdmDenoiser;
import org.bcm4j.denoiser.EdmLoss;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Trains EDM's denoiser: λ(σ)·‖D(x+σ·z; σ) − x‖² with ln σ normal (docs/method.md §4), the baseline of ODE sampling and inversion.
 *
 * @param loss the law of σ and the weight λ
 */
public record EdmDenoising(@Default("{}") EdmLoss loss) implements Objective {
    /** Noise scales σ, from which a denoiser leads to time 0. */
    @Override
    public DrawnTimes times(IntervalTimes intervals, SeededGenerator generator, int count) {
        Tensor sigma = loss.sigma(generator.normal(count));
        Tensor timeZero = torch.full_like(sigma, new Scalar(NoiseScales.SIGMA_MIN));
        return new DrawnTimes(sigma, timeZero, timeZero);
    }

    @Override
    public Loss apply(ConsistencyFunction f, Pass live, Pass constant, Example example, PseudoHuber distance) {
        EdmDenoiser denoiser = new EdmDenoiser(f.network(), Objective.again(live), example.labels());
        Tensor mean = loss.apply(denoiser, example.images(), example.noise(), example.tNext())
                .mean();
        return new Loss(mean, Map.of("denoising", mean));
    }
}
