package org.bcm4j.training.terms;

import java.util.Map;
import org.bcm4j.config.Default;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.NetworkConfig;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains EDM's denoiser, the baseline of ODE sampling and inversion: λ(σ)·‖D(x+σ·z; σ) − x‖² with normal ln σ
 * (docs/method.md §4).
 *
 * @param loss the law of σ and the weight λ
 */
public record EdmDenoising(@Default("{}") EdmLoss loss) implements LossTerm {
    @Override
    public String name() {
        return "edm-denoising";
    }

    @Override
    public boolean trains(ModelKind model) {
        return !model.walks();
    }

    @Override
    public StepCost cost(NetworkConfig network) {
        return new StepCost(StepCost.THERE_AND_BACK, 1);
    }

    @Override
    public Loss apply(TermInputs inputs) {
        Tensor noise = inputs.random().normal(inputs.images().shape());
        Tensor sigma = loss.sigma(inputs.random().normal(inputs.batch()));
        EdmDenoiser denoiser =
                new EdmDenoiser(inputs.f().f().network(), inputs.f().livePass(), inputs.labels());
        Tensor mean = loss.apply(denoiser, inputs.images(), noise, sigma).mean();
        return new Loss(mean, Map.of("denoising", mean));
    }
}
