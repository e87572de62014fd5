package org.bcm4j.training;

import static org.bcm4j.config.Requirement.require;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bcm4j.config.Default;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Pass;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.unet.NetworkConfig;
import org.bcm4j.walk.Arrival;
import org.bcm4j.walk.NoiseSource;
import org.bcm4j.walk.Walk;
import org.bcm4j.walk.Walker;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A discriminator D_ψ beside the consistency losses, which learns to tell images x from what the model makes: x̂ of noise by walks that
 * generate, and, as many as by one of them, of noisy images, f_θ(x_{n+1}, t_{n+1}, 0), which consistency training makes anyway:
 *
 * <pre>
 *   L_G = w · mean softplus( D_ψ(x) − D_ψ(x̂) )
 *   L_D =     mean softplus( D_ψ(x̂) − D_ψ(x) )  +  γ/2 · mean( ‖∇D_ψ(x)‖² + ‖∇D_ψ(x̂)‖² )
 * </pre>
 *
 * with each x̂ paired with an image of its own class, and cut off at the range of images, as it is where it is saved. Of a walk the averaged weights ϑ make all moves but the last, which is θ's: that of
 * "80 > 0" is f_θ(T·z, T, 0), that of "80 > 2 > 0" is f_θ(f_ϑ(T·z, T, 2), 2, 0). The distance of consistency training asks for the mean of what may lie behind a noisy
 * image, and so for softer textures than images have; a discriminator asks for an image. Not part of the paper's training. Pairs and
 * penalties are those of Huang et al., arXiv 2501.05441; a discriminator beside a consistency model, of Kong et al., arXiv 2311.14097.
 *
 * @param weight w
 * @param share of a batch, in (0, 1], from whose noises x̂ are made
 * @param walks text forms of {@link Walk}s from T to 0, each of which makes as many x̂ as the others
 * @param width channels of the discriminator at full resolution; it has up to four times as many below, and heads on features have twice as many
 * @param features the folder of a feature network ({@code bcm features train}) through which the discriminator looks at images
 *     ({@link FeatureTrunk}); absent, all of it is learnt ({@link ResidualTrunk}). Let it be another than the one that measures the model,
 *     or the figures tell how well training reached them
 * @param penalty γ
 * @param optimizer the discriminator's
 */
public record AdversarialTraining(
        @Default("1.0") double weight,
        @Default("1.0") double share,
        @Default("[\"80 > 0\"]") List<String> walks,
        @Default("16") int width,
        Optional<Path> features,
        @Default("0.1") double penalty,
        @Default("{}") OptimizerSettings optimizer) {
    /**
     * ‖∇D‖² is estimated by its mean over directions n ~ N(0,I), ((D(x + ε·n) − D(x))/ε)²: no second derivative is needed. ε is a little
     * more than one of 256 grey levels.
     */
    private static final double EPSILON = 0.01;

    private static final int WIDEST = 4;

    /** Refuses a weight that is none, a share that is no part of a batch, walks that do not generate, and a discriminator without channels. */
    public AdversarialTraining {
        walks = List.copyOf(walks);
        require(!walks.isEmpty(), "walks must not be empty");
        walks.forEach(walk -> WalkTerm.check(walk, 80, 0, weight, share));
        require(width > 0, "width must be positive, is " + width);
        require(penalty >= 0, "penalty must not be negative, is " + penalty);
    }

    /**
     * The discriminator of these settings, which the caller closes.
     *
     * @throws UserException if {@code features} holds no feature network, or one of other images than the network's
     */
    Discriminator discriminator(NetworkConfig network, Device device) {
        Trunk trunk = features.<Trunk>map(folder -> FeatureTrunk.open(folder, network, 2 * width, device))
                .orElseGet(() -> new ResidualTrunk(network, width, WIDEST * width));
        return new Discriminator(trunk, network, WIDEST * width);
    }

    /** Evaluations of the averaged weights for each x̂ of a walk, on average. */
    double evaluationsWithoutGradient() {
        return walks.stream()
                .mapToInt(walk -> Walk.parse(walk).nfe() - 1)
                .average()
                .orElseThrow();
    }

    /**
     * What each side minimises, scalars. No gradient of the one reaches the other's weights.
     *
     * @param generator L_G
     * @param discriminator L_D
     */
    record Losses(Tensor generator, Tensor discriminator) {}

    /**
     * What the discriminator compares: each x̂ with the image of the example that it was made for.
     *
     * @param images x, float32 [B,C,H,W] in [-1,1]
     * @param made x̂, float32 [M,C,H,W] in [-1,1], through which the gradient flows to θ: one for each image, and one more for each of the first M - B
     * @param labels int64 [B], if the network has classes
     */
    record Pairs(Tensor images, Tensor made, Optional<Tensor> labels) {
        /** For each x̂, what {@code ofImages} [B] has for its image. */
        Tensor matched(Tensor ofImages) {
            return Example.joined(ofImages, ofImages.narrow(0, 0, made.size(0) - images.size(0)));
        }

        Optional<Tensor> labelsOfMade() {
            return labels.map(this::matched);
        }
    }

    /**
     * The losses of one batch, for the same x̂.
     *
     * @param live θ
     * @param average ϑ, without gradient
     * @param adversary ψ
     * @param lane whose gradient of ψ is collected
     * @param batch the examples, the first of which x̂ are paired with
     * @param estimates f_θ(x_{n+1}, t_{n+1}, 0) of the batch, which the objective has made
     * @param normal draws n, and the noise that walks add on their way
     */
    Losses apply(
            ConsistencyFunction f,
            Pass live,
            Pass average,
            Adversary adversary,
            int lane,
            Example batch,
            Tensor estimates,
            NoiseSource normal) {
        Example some = batch.first(Example.count(share, batch.images().size(0)));
        Pairs pairs = pairs(walked(f, live, average, some, normal), some, estimates);
        Discriminator discriminator = adversary.discriminator;
        Pass constant = Pass.evaluating(adversary.weights.constant);
        Pass learning = Pass.evaluating(adversary.weights.live(lane));
        // Slopes are differences of nearly equal numbers over ε, of which bfloat16 keeps nothing.
        try (Precision.Guard exact = Precision.FP32.on(adversary.device)) {
            Judgement judgement = judgement(discriminator, learning, pairs, normal);
            Tensor judged = discriminator.apply(constant, pairs.made(), pairs.labelsOfMade());
            return new Losses(
                    generatorLoss(pairs, judgement.real().detach(), judged), discriminatorLoss(pairs, judgement));
        }
    }

    /**
     * x̂ for each example by one of the walks, from the example's noise.
     *
     * @param live θ
     * @param average ϑ
     * @param added draws the noise that walks add on their way
     */
    Tensor walked(ConsistencyFunction f, Pass live, Pass average, Example some, NoiseSource added) {
        List<Tensor> points = new ArrayList<>();
        List<Tensor> times = new ArrayList<>();
        try (NoGradGuard guard = new NoGradGuard()) {
            for (int i = 0; i < walks.size(); i++) {
                Example part = some.part(i, walks.size());
                Walker walker = new Walker((x, t, u) -> part.traverse(f, average, x, t, u), added);
                Arrival arrival = beforeLast(Walk.parse(walks.get(i)), walker, part.noise());
                points.add(arrival.x());
                times.add(torch.full_like(part.t(), new Scalar(arrival.time())));
            }
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

    /** What walks made and as many estimates as one walk makes. */
    Pairs pairs(Tensor walked, Example some, Tensor estimates) {
        long estimated = some.images().size(0) / walks.size();
        Tensor made = Example.joined(walked, estimates.narrow(0, 0, estimated));
        return new Pairs(
                some.images(),
                made.clamp(new ScalarOptional(new Scalar(-1.0)), new ScalarOptional(new Scalar(1.0))),
                some.labels());
    }

    /**
     * What the discriminator says, with a gradient to ψ alone.
     *
     * @param real D_ψ(x), [B]
     * @param fake D_ψ(x̂), [M]
     * @param realSteepness ‖∇D_ψ(x)‖², estimated, [B]
     * @param fakeSteepness ‖∇D_ψ(x̂)‖², estimated, [M]
     */
    private record Judgement(Tensor real, Tensor fake, Tensor realSteepness, Tensor fakeSteepness) {}

    /**
     * @param live ψ
     * @param directions draws n
     */
    private static Judgement judgement(Discriminator discriminator, Pass live, Pairs pairs, NoiseSource directions) {
        Tensor all = Example.joined(pairs.images(), pairs.made().detach());
        Tensor moved = all.add(directions.normal(all.shape()).mul(new Scalar(EPSILON)));
        Optional<Tensor> labels = pairs.labels().map(ofImages -> Example.joined(ofImages, pairs.matched(ofImages)));
        Tensor here = discriminator.apply(live, all, labels);
        Tensor there = discriminator.apply(live, moved, labels);
        Tensor steepness = there.sub(here).div(new Scalar(EPSILON)).square();
        long images = pairs.images().size(0);
        long made = pairs.made().size(0);
        return new Judgement(
                here.narrow(0, 0, images),
                here.narrow(0, images, made),
                steepness.narrow(0, 0, images),
                steepness.narrow(0, images, made));
    }

    /**
     * L_G, a scalar.
     *
     * @param real D_ψ(x), [B], a constant
     * @param fake D_ψ(x̂), [M], with a gradient to θ alone
     */
    private Tensor generatorLoss(Pairs pairs, Tensor real, Tensor fake) {
        return torch.softplus(pairs.matched(real).sub(fake)).mean().mul(new Scalar(weight));
    }

    /** L_D, a scalar. */
    private Tensor discriminatorLoss(Pairs pairs, Judgement judgement) {
        Tensor steepness =
                judgement.realSteepness().mean().add(judgement.fakeSteepness().mean());
        return torch.softplus(judgement.fake().sub(pairs.matched(judgement.real())))
                .mean()
                .add(steepness.mul(new Scalar(penalty / 2)));
    }
}
