package org.bcm4j.training;

import static org.bcm4j.config.Requirement.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bcm4j.config.Default;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Pass;
import org.bcm4j.walk.Arrival;
import org.bcm4j.walk.NoiseSource;
import org.bcm4j.walk.Walk;
import org.bcm4j.walk.Walker;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A discriminator D_ψ beside the consistency losses, which learns to tell images x from what the model makes of noise by walks that
 * generate, and of noisy images, x̂ = f_θ(x_{n+1}, t_{n+1}, 0), to equal parts:
 *
 * <pre>
 *   L_G = w · mean softplus( D_ψ(x) − D_ψ(x̂) )
 *   L_D =     mean softplus( D_ψ(x̂) − D_ψ(x) )  +  γ/2 · mean( ‖∇D_ψ(x)‖² + ‖∇D_ψ(x̂)‖² )
 * </pre>
 *
 * with each x̂ paired with an image of its own class. Of a walk the averaged weights ϑ make all moves but the last, which is θ's: that of
 * "80 > 0" is f_θ(T·z, T, 0), that of "80 > 2 > 0" is f_θ(f_ϑ(T·z, T, 2), 2, 0). The distance of consistency training asks for the mean of what may lie behind a noisy
 * image, and so for softer textures than images have; a discriminator asks for an image. Not part of the paper's training. Pairs and
 * penalties are those of Huang et al., arXiv 2501.05441; a discriminator beside a consistency model, of Kong et al., arXiv 2311.14097.
 *
 * @param weight w
 * @param share of a batch, in (0, 1], for which x̂ are made
 * @param walks text forms of {@link Walk}s from T to 0, each of which makes as many x̂ as noisy images do
 * @param width channels of the discriminator at full resolution
 * @param penalty γ
 * @param optimizer the discriminator's
 */
public record AdversarialTraining(
        @Default("1.0") double weight,
        @Default("1.0") double share,
        @Default("[\"80 > 0\"]") List<String> walks,
        @Default("16") int width,
        @Default("0.1") double penalty,
        @Default("{}") OptimizerSettings optimizer) {
    /**
     * ‖∇D‖² is estimated by its mean over directions n ~ N(0,I), ((D(x + ε·n) − D(x))/ε)²: no second derivative is needed. ε is a little
     * more than one of 256 grey levels.
     */
    private static final double EPSILON = 0.01;

    /** Refuses a weight that is none, a share that is no part of a batch, walks that do not generate, and a discriminator without channels. */
    public AdversarialTraining {
        walks = List.copyOf(walks);
        walks.forEach(walk -> WalkTerm.check(walk, 80, 0, weight, share));
        require(width > 0, "width must be positive, is " + width);
        require(penalty >= 0, "penalty must not be negative, is " + penalty);
    }

    /** Evaluations of the averaged weights for each x̂, on average. */
    double evaluationsWithoutGradient() {
        int all = walks.stream().mapToInt(walk -> Walk.parse(walk).nfe() - 1).sum();
        return (double) all / (walks.size() + 1);
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
     * @param average ϑ, without gradient
     * @param adversary ψ
     * @param lane whose gradient of ψ is collected
     * @param batch the examples, the first of which x̂ are paired with
     * @param normal draws n, and the noise that walks add on their way
     */
    Losses apply(
            ConsistencyFunction f,
            Pass live,
            Pass average,
            Adversary adversary,
            int lane,
            Example batch,
            NoiseSource normal) {
        Example some = batch.first(Example.count(share, batch.images().size(0)));
        Tensor made = made(f, live, average, some, normal);
        Discriminator discriminator = adversary.discriminator;
        Pass constant = Pass.evaluating(adversary.weights.constant);
        Pass learning = Pass.evaluating(adversary.weights.live(lane));
        return new Losses(
                generatorLoss(discriminator, constant, made, some),
                discriminatorLoss(discriminator, learning, made, some, normal));
    }

    /**
     * x̂ for each example: as many by each walk, from the examples' noises, and the last from their noisy images.
     *
     * @param live θ
     * @param average ϑ
     * @param added draws the noise that walks add on their way
     */
    Tensor made(ConsistencyFunction f, Pass live, Pass average, Example some, NoiseSource added) {
        List<Tensor> points = new ArrayList<>();
        List<Tensor> times = new ArrayList<>();
        try (NoGradGuard guard = new NoGradGuard()) {
            for (int i = 0; i < walks.size(); i++) {
                Example part = part(some, i);
                Walker walker = new Walker((x, t, u) -> part.traverse(f, average, x, t, u), added);
                Arrival arrival = beforeLast(Walk.parse(walks.get(i)), walker, part.noise());
                points.add(arrival.x());
                times.add(torch.full_like(part.t(), new Scalar(arrival.time())));
            }
            Example noisy = part(some, walks.size());
            points.add(noisy.diffused(noisy.tNext()));
            times.add(noisy.tNext());
        }
        return f.apply(
                Objective.again(live), Example.joined(points), Example.joined(times), some.timeZero(), some.labels());
    }

    /** Where the walk is before its last move. */
    private static Arrival beforeLast(Walk walk, Walker walker, Tensor noise) {
        return walk.withoutLast()
                .map(way -> walker.generate(way, noise))
                .orElseGet(() -> new Arrival(noise.mul(new Scalar(walk.start())), walk.start(), 0));
    }

    /** The {@code i}-th of the parts, one for each walk and one for noisy images. */
    private Example part(Example some, int i) {
        return some.part(i, walks.size() + 1);
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
