package org.bcm4j.training.terms;

import static org.bcm4j.model.NoiseScales.SIGMA_DATA;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.Map;
import org.bcm4j.config.Default;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.NetworkConfig;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * EDM's denoising loss for a network that also receives a target time u. For every u, the raw output is regressed on
 * the denoiser's target F* = (t·x − σ_data²·z) / (σ_data·√(t²+σ_data²)). Its weighting in image space is EDM's λ
 * (docs/method.md §4).
 *
 * <p>With that output, f(x_t, t, u) is one Euler step of the PF ODE from t to u, in either direction, and f(x_t, t, 0)
 * is the denoiser. The result is a starting point for bidirectional training and a {@link TrajectoryMatching teacher}
 * of trajectories. A step costs a third of a step of bidirectional training.
 *
 * @param times laws of the drawn times
 */
public record Denoising(@Default("{}") IntervalLaw.Settings times) implements LossTerm {
    @Override
    public String name() {
        return "denoising";
    }

    /** It also trains a consistency model: its raw output can start as a denoiser's. */
    @Override
    public boolean trains(ModelKind model) {
        return model.walks();
    }

    @Override
    public StepCost cost(NetworkConfig network) {
        return new StepCost(StepCost.THERE_AND_BACK, 1);
    }

    @Override
    public void cover(TimeCoverage coverage) {
        coverage.addToTargets(times, 1);
    }

    @Override
    public Loss apply(TermInputs inputs) {
        return of(inputs.f(), inputs.draw(times));
    }

    /** The loss of given draws. */
    public Loss of(TrainedFunction f, TrainingBatch example) {
        Tensor raw = f.f().raw(f.livePass(), example.upper(), example.tNext(), example.u(), example.labels());
        Tensor squared = raw.sub(target(example)).square().mean();
        return new Loss(squared, Map.of("denoising", squared));
    }

    private static Tensor target(TrainingBatch example) {
        Tensor t = example.tNext().view(-1, 1, 1, 1);
        Tensor x = example.denoised();
        Tensor z = example.upper().sub(x).div(t);
        Scalar variance = scalar(SIGMA_DATA * SIGMA_DATA);
        Tensor scale = torch.sqrt(t.square().add(variance)).mul(scalar(SIGMA_DATA));
        return x.mul(t).sub(z.mul(variance)).div(scale);
    }
}
