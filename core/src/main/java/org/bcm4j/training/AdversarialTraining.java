package org.bcm4j.training;

import static org.bcm4j.config.Requirement.require;

import java.util.Optional;
import org.bcm4j.config.Default;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.nn.Pass;
import org.bcm4j.walk.NoiseSource;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A discriminator D_ψ beside the consistency losses, which learns to tell images x from what the model makes of noise, x̂ = f_θ(T·z, T, 0),
 * and of other noisy images, x̂ = f_θ(x_{n+1}, t_{n+1}, 0), half and half:
 *
 * <pre>
 *   L_G = w · mean softplus( D_ψ(x) − D_ψ(x̂) )
 *   L_D =     mean softplus( D_ψ(x̂) − D_ψ(x) )  +  γ/2 · mean( ‖∇D_ψ(x)‖² + ‖∇D_ψ(x̂)‖² )
 * </pre>
 *
 * with each x̂ paired with an image of its own class. The distance of consistency training asks for the mean of what may lie behind a noisy
 * image, and so for softer textures than images have; a discriminator asks for an image. Not part of the paper's training. Pairs and
 * penalties are those of Huang et al., arXiv 2501.05441; a discriminator beside a consistency model, of Kong et al., arXiv 2311.14097.
 *
 * @param weight w
 * @param share of a batch, in (0, 1], for which x̂ are made
 * @param width channels of the discriminator at full resolution
 * @param penalty γ
 * @param optimizer the discriminator's
 */
public record AdversarialTraining(
        @Default("1.0") double weight,
        @Default("1.0") double share,
        @Default("16") int width,
        @Default("0.1") double penalty,
        @Default("{}") OptimizerSettings optimizer) {
    /**
     * ‖∇D‖² is estimated by its mean over directions n ~ N(0,I), ((D(x + ε·n) − D(x))/ε)²: no second derivative is needed. ε is a little
     * more than one of 256 grey levels.
     */
    private static final double EPSILON = 0.01;

    /** Refuses a weight that is none, a share that is no part of a batch, and a discriminator without channels. */
    public AdversarialTraining {
        require(weight > 0, "weight must be positive, is " + weight);
        require(share > 0 && share <= 1, "share " + share + " is not in (0, 1]");
        require(width > 0, "width must be positive, is " + width);
        require(penalty >= 0, "penalty must not be negative, is " + penalty);
    }

    /**
     * What each side minimises, scalars. No gradient of the one reaches the other's weights.
     *
     * @param generator L_G
     * @param discriminator L_D
     */
    record Losses(Tensor generator, Tensor discriminator) {}

    /**
     * The losses of one batch, for the same x̂.
     *
     * @param live θ
     * @param adversary ψ
     * @param lane whose gradient of ψ is collected
     * @param batch the examples, the first of which x̂ are paired with
     * @param directions draws n
     */
    Losses apply(
            ConsistencyFunction f, Pass live, Adversary adversary, int lane, Example batch, NoiseSource directions) {
        Example some = batch.first(Example.count(share, batch.images().size(0)));
        Tensor made = made(f, live, some);
        Discriminator discriminator = adversary.discriminator;
        Pass constant = Pass.evaluating(adversary.weights.constant);
        Pass learning = Pass.evaluating(adversary.weights.live(lane));
        return new Losses(
                generatorLoss(discriminator, constant, made, some),
                discriminatorLoss(discriminator, learning, made, some, directions));
    }

    /**
     * x̂ for each example: the first half from pure noise, the others from the examples' noisy images.
     *
     * @param live θ
     */
    Tensor made(ConsistencyFunction f, Pass live, Example some) {
        long count = some.images().size(0);
        long pure = (count + 1) / 2;
        Tensor noise = some.noise().narrow(0, 0, pure).mul(new Scalar(NoiseScales.SIGMA_MAX));
        Tensor noisy = some.diffused(some.tNext()).narrow(0, pure, count - pure);
        Tensor end = torch.full_like(some.t().narrow(0, 0, pure), new Scalar(NoiseScales.SIGMA_MAX));
        Tensor between = some.tNext().narrow(0, pure, count - pure);
        return f.apply(
                Objective.again(live),
                Example.joined(noise, noisy),
                Example.joined(end, between),
                some.timeZero(),
                some.labels());
    }

    /**
     * L_G, a scalar.
     *
     * @param constant sg ψ
     * @param made x̂, through which the gradient flows
     */
    Tensor generatorLoss(Discriminator discriminator, Pass constant, Tensor made, Example some) {
        Tensor real = discriminator.apply(constant, some.images(), some.labels());
        Tensor fake = discriminator.apply(constant, made, some.labels());
        return torch.softplus(real.sub(fake)).mean().mul(new Scalar(weight));
    }

    /**
     * L_D, a scalar.
     *
     * @param live ψ
     * @param made x̂, whose gradient is not asked for
     * @param directions draws n
     */
    Tensor discriminatorLoss(
            Discriminator discriminator, Pass live, Tensor made, Example some, NoiseSource directions) {
        Tensor images = Example.joined(some.images(), made.detach());
        Tensor moved = images.add(directions.normal(images.shape()).mul(new Scalar(EPSILON)));
        Optional<Tensor> labels = some.labels().map(once -> Example.joined(once, once));
        Tensor here = discriminator.apply(live, images, labels);
        Tensor there = discriminator.apply(live, moved, labels);
        long count = some.images().size(0);
        Tensor pairs = torch.softplus(here.narrow(0, count, count).sub(here.narrow(0, 0, count)));
        Tensor slope = there.sub(here).div(new Scalar(EPSILON));
        // The mean over both halves is half the sum of their means.
        return pairs.mean().add(slope.square().mean().mul(new Scalar(penalty)));
    }
}
