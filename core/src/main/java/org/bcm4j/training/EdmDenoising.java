package org.bcm4j.training;

import java.util.Map;
import java.util.Optional;
import org.bcm4j.config.Default;
import org.bcm4j.denoiser.EdmDenoiser;
import org.bcm4j.denoiser.EdmLoss;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Pass;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains EDM's denoiser: λ(σ)·‖D(x+σ·z; σ) − x‖² with ln σ normal (docs/method.md §4), the baseline of ODE sampling and inversion.
 *
 * @param logMean P_mean, the mean of ln σ
 * @param logDeviation P_std, its standard deviation
 */
public record EdmDenoising(
        @Default("-1.2") double logMean, @Default("1.2") double logDeviation) implements Objective {
    public EdmDenoising {
        new EdmLoss(logMean, logDeviation); // refuses what is no law
    }

    @Override
    public Optional<EdmLoss> noiseScales() {
        return Optional.of(new EdmLoss(logMean, logDeviation));
    }

    @Override
    public Loss apply(ConsistencyFunction f, Pass live, Pass constant, Example example, PseudoHuber distance) {
        EdmDenoiser denoiser = new EdmDenoiser(f.network(), Objective.again(live), example.labels());
        Tensor loss = new EdmLoss(logMean, logDeviation)
                .apply(denoiser, example.images(), example.noise(), example.tNext())
                .mean();
        return new Loss(loss, Map.of("denoising", loss));
    }
}
