package org.bcm4j.training.terms;

import static org.bcm4j.config.Requirement.require;
import static org.bcm4j.model.NoiseScales.SIGMA_MAX;
import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.Map;
import java.util.Optional;
import org.bcm4j.config.Default;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.optimizer.OptimizerSettings;
import org.bcm4j.tensor.Precision;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * An adversarial term for generation. A discriminator D_ψ learns to tell images x from images x̂ that the model makes in
 * one evaluation, and the model learns to make images that it takes for real ones:
 *
 * <pre>
 *   x̂   = f_θ(T·z, T, 0)  or  f_θ(x + t·z, t, 0)
 *   L_G = λ · mean softplus( D_ψ(x) − D_ψ(x̂) )
 *   L_D =     mean softplus( D_ψ(x̂) − D_ψ(x) )  +  γ/2 · mean( ‖∇D_ψ(x)‖² + ‖∇D_ψ(x̂)‖² )
 * </pre>
 *
 * <p>The distance of consistency training asks for the mean of what may lie behind a noisy image, so samples are softer
 * than images, or have the grain of what the mean leaves open. A discriminator asks for an image. This term says
 * nothing of inversions: terms that hold the noise end have to stand beside it. Not part of the paper's training. A
 * discriminator beside consistency along trajectories is that of Kim et al., arXiv 2310.02279; pairs and penalties are
 * those of Huang et al., arXiv 2501.05441. ‖∇D‖² is estimated by differences along random directions.
 *
 * @param weight λ
 * @param share share of a batch, in (0, 1], for which the term is computed
 * @param fromNoise share of the x̂, in [0, 1], that are made of noise alone. The others are made of images diffused to a
 *     time t, uniform over the grid's points: what the later evaluations of a walk start from
 * @param width channels of the discriminator at full resolution
 * @param penalty γ
 * @param optimizer the discriminator's
 */
public record Adversarial(
        @Default("1.0") double weight,
        @Default("0.5") double share,
        @Default("0.5") double fromNoise,
        @Default("32") int width,
        @Default("0.05") double penalty,
        @Default("{}") OptimizerSettings optimizer)
        implements LossTerm {
    /** The length of a difference along a direction, a little more than one of 256 grey levels. */
    private static final double EPSILON = 0.01;

    public Adversarial {
        require(weight > 0, "weight", "must be positive, is " + weight);
        require(share > 0 && share <= 1, "share", "must lie in (0,1], is " + share);
        require(fromNoise >= 0 && fromNoise <= 1, "from_noise", "must lie in [0,1], is " + fromNoise);
        require(width > 0, "width", "must be positive, is " + width);
        require(penalty >= 0, "penalty", "must not be negative, is " + penalty);
    }

    @Override
    public String name() {
        return "adversarial";
    }

    @Override
    public boolean trains(ModelKind model) {
        return model.walks();
    }

    /** The cost of the model. The discriminator is small beside it. */
    @Override
    public StepCost cost() {
        return new StepCost(share * StepCost.THERE_AND_BACK, share);
    }

    @Override
    public void cover(TimeCoverage coverage) {
        TimeGrid grid = coverage.grid();
        int last = grid.points() - 1;
        coverage.add(SIGMA_MAX, grid.time(0), share * fromNoise);
        for (int point = 1; point <= last; point++) {
            coverage.add(grid.time(point), grid.time(0), share * (1 - fromNoise) / last);
        }
    }

    @Override
    public TermState open(TermSetting setting) {
        return new Adversary(setting, width, optimizer);
    }

    @Override
    public Loss apply(TermInputs inputs) {
        Share own = inputs.share(share);
        if (own.count() == 0) {
            return Loss.none(inputs.device(), "generator", "discriminator");
        }
        Tensor x = inputs.images().narrow(0, 0, own.count());
        Optional<Tensor> labels = inputs.labels().map(all -> all.narrow(0, 0, own.count()));
        Tensor made = made(inputs, x, labels);
        // A slope is a difference of nearly equal numbers, of which half precision keeps nothing.
        try (Precision.Guard exact = Precision.FP32.on(inputs.device())) {
            return losses(inputs, x, made, labels).times(own.weight());
        }
    }

    /** x̂ for each image, within the range of images. */
    private Tensor made(TermInputs inputs, Tensor x, Optional<Tensor> labels) {
        int count = Math.toIntExact(x.size(0));
        TimeGrid grid = inputs.grid();
        int last = grid.points() - 1;
        double[] uniform = inputs.random().uniforms(count, 2);
        double[] times = new double[count];
        double[] visible = new double[count];
        for (int i = 0; i < count; i++) {
            boolean noise = uniform[2 * i] < fromNoise;
            times[i] = noise ? SIGMA_MAX : grid.time(1 + (int) (uniform[2 * i + 1] * last));
            visible[i] = noise ? 0 : 1;
        }
        Tensor t = inputs.device().floats(times);
        Tensor shown = inputs.device().floats(visible).view(-1, 1, 1, 1);
        Tensor start = x.mul(shown).add(inputs.random().normal(x.shape()).mul(t.view(-1, 1, 1, 1)));
        Tensor zero = inputs.device().full(grid.time(0), count);
        return inputs.f()
                .live(start, t, zero, labels)
                .clamp(new ScalarOptional(scalar(-1.0)), new ScalarOptional(scalar(1.0)));
    }

    private Loss losses(TermInputs inputs, Tensor x, Tensor made, Optional<Tensor> labels) {
        Adversary adversary = (Adversary) inputs.state();
        long count = x.size(0);

        Tensor both = cat(0, x, made.detach());
        Optional<Tensor> ofBoth = labels.map(y -> cat(0, y, y));
        Tensor directions =
                cat(0, inputs.random().normal(x.shape()), inputs.random().normal(x.shape()));
        int part = inputs.place().part();
        Tensor here = adversary.learning(part, both, ofBoth);
        Tensor there = adversary.learning(part, both.add(directions.mul(scalar(EPSILON))), ofBoth);
        Tensor real = here.narrow(0, 0, count);
        Tensor fake = here.narrow(0, count, count);
        Tensor steepness = there.sub(here).div(scalar(EPSILON)).square().mean().mul(scalar(2.0));
        Tensor discriminator = torch.softplus(fake.sub(real)).mean().add(steepness.mul(scalar(penalty / 2)));

        Tensor judged = adversary.constant(made, labels);
        Tensor generator = torch.softplus(real.detach().sub(judged)).mean();
        return new Loss(
                generator.mul(scalar(weight)).add(discriminator),
                Map.of("generator", generator, "discriminator", discriminator));
    }
}
