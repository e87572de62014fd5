package org.bcm4j.reproduction;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.reproduction.ReproductionConfig.Measuring;
import org.bcm4j.reproduction.TunedWalks.Kind;

/**
 * Decides whether the runs have learnt enough, and enough was measured, to judge claims. Figures of models that have
 * learnt nothing differ too, but mean nothing. The loss is no criterion: it rises with N, and is small where f is still
 * constant. The criterion is the quality of what the model generates.
 *
 * @param results all available results
 */
record Evidence(Results results) {
    /**
     * If a model's best samples are farther from real images than this multiple of the blurred images' distance, it
     * does not generate images yet.
     */
    private static final double LEARNT_DISTANCE = 3;

    /** The largest error on [0,1] of a useful inversion: about half of the pixels' variance. */
    private static final double LEARNT_ERROR = 0.05;

    /** With fewer images, a Fréchet distance is mostly the error of its moments. */
    private static final long LEAST_IMAGES = 100;

    private static final String REMEDY = "; allow more minutes";

    /** The reason why nothing can be decided; absent if claims can be decided. */
    Optional<String> lack() {
        return few("samples a walk were measured", Measuring::samples)
                .or(this::generation)
                .or(this::inversion);
    }

    /** The reason why a claim cannot be decided although others can; absent if it can. */
    Optional<String> lack(Claim claim) {
        return switch (claim) {
            case ABLATIONS -> results.ablations().flatMap(result -> whole(result.of(Run.EQ9)));
            case DIFFERENT_NOISES -> few("pairs a seed were interpolated", Measuring::pairs);
            case INPAINTING ->
                few("images a seed were edited", Measuring::edited).or(this::consistencyModel);
            case GAUSSIAN_NOISE ->
                few("images a seed were inverted", Measuring::inverted)
                        .or(() -> results.noiseStatistics().flatMap(Evidence::yardstick));
            default -> Optional.empty();
        };
    }

    private Optional<String> few(String what, ToLongFunction<Measuring> count) {
        return results.protocol()
                .map(protocol -> count.applyAsLong(protocol.measuring()))
                .filter(images -> images < LEAST_IMAGES)
                .map(images -> "only " + images + " " + what + ", and " + LEAST_IMAGES + " are the least" + REMEDY);
    }

    private Optional<String> generation() {
        return results.generation()
                .flatMap(result -> result.points().stream()
                        .filter(point -> point.kind() != Kind.MULTISTEP)
                        .map(point -> point.distance().mean())
                        .min(Double::compare))
                .flatMap(best -> far("BCM's best samples", best));
    }

    /** Consistency models that draw nothing inpaint nothing: any model is better. */
    private Optional<String> consistencyModel() {
        return results.generation()
                .flatMap(result -> result.points().stream()
                        .filter(point -> point.kind() == Kind.MULTISTEP)
                        .map(point -> point.distance().mean())
                        .min(Double::compare))
                .flatMap(best -> far("iCT's best samples", best));
    }

    /** The variant without a fault, with which the others are compared. */
    private static Optional<String> whole(Ablations.Variant eq9) {
        return far("Eq. 9's samples", eq9.distance().mean())
                .or(() -> eq9.error().flatMap(error -> lost("Eq. 9's inversion", error.mean())));
    }

    private static Optional<String> far(String samples, double distance) {
        return distance <= LEARNT_DISTANCE
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%s are %.1f times as far from real images as blurred ones, and more than %.0f times is not an"
                                + " image yet%s",
                        samples,
                        distance,
                        LEARNT_DISTANCE,
                        REMEDY));
    }

    private Optional<String> inversion() {
        return results.inversion()
                .map(result -> result.bcm(2).error())
                .map(ConfidenceInterval::mean)
                .flatMap(error -> lost("BCM's inversion", error));
    }

    private static Optional<String> lost(String inversion, double error) {
        return error <= LEARNT_ERROR
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%s has an error of %.2g, and above %.2f no image comes back yet%s",
                        inversion,
                        error,
                        LEARNT_ERROR,
                        REMEDY));
    }

    /** The noise of an untrained denoiser is so bad that any other is better than twice as bad. */
    private static Optional<String> yardstick(NoiseStatistics.Result result) {
        return Arrays.stream(NoiseDefect.values())
                .filter(defect -> !(excess(defect, result) <= defect.tolerance()))
                .findFirst()
                .map(defect -> String.format(
                        Locale.ROOT,
                        "the ODE's noise, with which BCM's is compared, is no noise yet: its %s is %.2g, that of drawn noise"
                                + " %.2g%s",
                        defect.title(),
                        size(defect, result.ode()),
                        size(defect, result.drawn()),
                        REMEDY));
    }

    private static double excess(NoiseDefect defect, NoiseStatistics.Result result) {
        return size(defect, result.ode()) - size(defect, result.drawn());
    }

    private static double size(NoiseDefect defect, NoiseStatistics.Row row) {
        return row.figure(defect::of).mean();
    }
}
