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
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.nn.Cost;
import org.bcm4j.nn.Trace;
import org.bcm4j.optimizer.OptimizerSettings;
import org.bcm4j.tensor.Device;
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
 * <p>Each x̂ has an image of its class beside it, and is cut off at the range of images. The distance of consistency training asks for the mean of what may lie behind a noisy image, so samples are softer
 * than images, or have the grain of what the mean leaves open. A discriminator asks for an image. This term says
 * nothing of inversions: terms that hold the noise end have to stand beside it. Not part of the paper's training. A
 * discriminator beside consistency along trajectories is that of Kim et al., arXiv 2310.02279; pairs and penalties are
 * those of Huang et al., arXiv 2501.05441. ‖∇D‖² is estimated by differences along random directions. The discriminator
 * computes in float32. On a GPU other threads may let it round to TF32, which the estimate bears: an error of 0.1 % of D
 * beside slopes of the size of D.
 *
 * @param weight λ
 * @param share share of a batch, in (0, 1], for which the term is computed
 * @param fromNoise share of the x̂, in [0, 1], that are made of noise alone. The others are made of images diffused to a
 *     time t, uniform over the grid's points: what the later evaluations of a walk start from
 * @param width channels of the discriminator at full resolution. For images of 28×28, a step of the discriminator costs
 *     about as much as that of a model of 130 million multiply-adds with 32, and a quarter of it with 16. In stages in a
 *     row with one width it stays the same
 * @param penalty γ
 * @param optimizer the discriminator's
 */
public record Adversarial(
        @Default("1.0") double weight,
        @Default("0.5") double share,
        @Default("0.5") double fromNoise,
        @Default("16") int width,
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

    /** For each x̂: D_ψ of x and x̂ at two points, to learn, and D_{sg ψ} of x̂, back to x̂. */
    @Override
    public StepCost cost(NetworkConfig network) {
        Trace discriminator = new Discriminator(network, width).trace();
        Cost model = network.build().cost();
        double work = (double) discriminator.cost().multiplyAdds() / model.multiplyAdds();
        double memory = (double) discriminator.cost().activations() / model.activations();
        int learning = 4;
        return new StepCost(
                share
                        * (StepCost.THERE_AND_BACK
                                + work * (learning * StepCost.THERE_AND_BACK + StepCost.THERE_AND_BACK_TO_INPUT)),
                share * (1 + memory * (learning + 1)),
                discriminator.parameters().length());
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
        Adversary adversary = (Adversary) inputs.state();
        return of(inputs.f(), draw(inputs, own.count()), adversary, inputs.thread(), inputs.device())
                .times(own.weight());
    }

    /**
     * What the term draws for some images.
     *
     * @param images x, float32 [B,C,H,W]
     * @param labels int64 [B], if the network has classes
     * @param start T·z or x + t·z, of the same shape
     * @param t float32 [B]
     * @param zero time 0, float32 [B]
     * @param directions along which slopes are estimated, for x and x̂: [2B,C,H,W], standard normal
     */
    record Draws(Tensor images, Optional<Tensor> labels, Tensor start, Tensor t, Tensor zero, Tensor directions) {}

    /** Draws for the first images of a part. */
    Draws draw(TermInputs inputs, int count) {
        Tensor x = inputs.images().narrow(0, 0, count);
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
        Tensor noise = inputs.random().normal(x.shape()).mul(t.view(-1, 1, 1, 1));
        return new Draws(
                x,
                inputs.labels().map(all -> all.narrow(0, 0, count)),
                x.mul(shown).add(noise),
                t,
                inputs.device().full(grid.time(0), count),
                cat(0, inputs.random().normal(x.shape()), inputs.random().normal(x.shape())));
    }

    /** The loss of given draws. */
    Loss of(TrainedFunction f, Draws draws, Adversary adversary, int thread, Device device) {
        Tensor made = f.live(draws.start(), draws.t(), draws.zero(), draws.labels())
                .clamp(new ScalarOptional(scalar(-1.0)), new ScalarOptional(scalar(1.0)));
        // A slope is a difference of nearly equal numbers, of which half precision keeps nothing.
        try (Precision.Guard exact = Precision.FP32.on(device)) {
            Tensor both = cat(0, draws.images(), made.detach());
            Optional<Tensor> labels = draws.labels().map(y -> cat(0, y, y));
            Tensor here = adversary.learning(thread, both, labels);
            Tensor there =
                    adversary.learning(thread, both.add(draws.directions().mul(scalar(EPSILON))), labels);
            long count = draws.images().size(0);
            Tensor real = here.narrow(0, 0, count);
            Tensor fake = here.narrow(0, count, count);
            // The mean over both halves, times two, is the sum of their means.
            Tensor steepness =
                    there.sub(here).div(scalar(EPSILON)).square().mean().mul(scalar(2.0));
            Tensor discriminator = torch.softplus(fake.sub(real)).mean().add(steepness.mul(scalar(penalty / 2)));

            Tensor judged = adversary.constant(made, draws.labels());
            Tensor generator = torch.softplus(real.detach().sub(judged)).mean();
            return new Loss(
                    generator.mul(scalar(weight)).add(discriminator),
                    Map.of("generator", generator, "discriminator", discriminator));
        }
    }
}
