package org.bcm4j.app.commands.measuring;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bcm4j.app.options.SamplerOptions;
import org.bcm4j.app.options.WalkOptions;
import org.bcm4j.metrics.Metric;
import org.bcm4j.metrics.evaluation.Evaluation;
import org.bcm4j.metrics.evaluation.InterpolationQuality;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.Ode;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.ThereAndBack;
import org.bcm4j.walk.Walk;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The paths along which {@code bcm eval} measures a model: walks, or a denoiser's ODE. */
final class EvaluationPathOptions {
    /** Exclusive upper limit of the initial noise. */
    private static final double MOST_INITIAL_NOISE = 1;

    @Option(
            names = "--walk",
            paramLabel = "WALK",
            description = "A walk to measure, from noise to images or from images to noise; may be given several times"
                    + " (default: all walks stored with the model).")
    private List<String> walks = List.of();

    @Mixin
    private final SamplerOptions samplers = new SamplerOptions();

    @Option(
            names = "--initial-noise",
            paramLabel = "SCALE",
            description =
                    "For a denoiser: add noise of this scale to an image before its ODE is solved to noise, such as"
                            + " 0.03 (default: none).")
    private Optional<Double> initialNoise = Optional.empty();

    /**
     * The paths to measure.
     *
     * @param named whether the user gave the metrics; each of them then needs a path
     * @throws UserException if no path fits the metrics, a given walk fits none of them, or a path is not for this kind of
     *     model
     */
    Evaluation.SamplingPaths of(ModelFolder folder, Set<Metric> asked, boolean named) {
        boolean ofSamples =
                EvalCommand.hasAny(asked, Metric.Kind.FEATURES) || EvalCommand.hasAny(asked, Metric.Kind.INCEPTION);
        boolean ofInversions = EvalCommand.hasAny(asked, Metric.Kind.INVERSION);
        boolean ofInterpolations = EvalCommand.hasAny(asked, Metric.Kind.INTERPOLATION);
        List<SamplingPath> chosen = chosen(folder);
        List<SamplingPath> fromNoise =
                chosen.stream().filter(path -> path.start() > 0).toList();
        List<SamplingPath> fromImages =
                chosen.stream().filter(path -> path.start() == 0).toList();
        fromImages.stream().filter(path -> path.nfe() == 0).findFirst().ifPresent(path -> {
            throw new UserException("walk \"" + path + "\": only adds noise; an inversion evaluates the model, as"
                    + " \"0 +0.07 > 80\" does");
        });
        if (named && folder.config().kind() == ModelKind.CONSISTENCY && (ofInversions || ofInterpolations)) {
            throw new UserException(
                    "--metrics: mse, psnr, ssim, noise and midpoints measure inversions, but this model is a plain"
                            + " consistency model, which cannot invert images; omit them, or use a bidirectional"
                            + " model");
        }
        List<SamplingPath> generation = ofSamples ? fromNoise : List.of();
        List<SamplingPath> inversion = ofInversions ? fromImages : List.of();
        List<InterpolationQuality.SamplingPaths> interpolation =
                ofInterpolations ? interpolations(folder, fromImages) : List.of();
        boolean unserved = (ofSamples && generation.isEmpty())
                || (ofInversions && inversion.isEmpty())
                || (ofInterpolations && interpolation.isEmpty());
        boolean nothing = generation.isEmpty() && inversion.isEmpty() && interpolation.isEmpty();
        if (nothing || (unserved && named)) {
            throw new UserException("--walk: no walk fits --metrics; give one from noise to images for fid, is,"
                    + " kid, prdc and fd, and one from images to noise for mse, psnr, ssim, noise and midpoints");
        }
        if (named && !walks.isEmpty()) {
            requireUse(fromNoise, ofSamples, "samples");
            requireUse(fromImages, ofInversions || ofInterpolations, "inversions");
        }
        if (named && asked.contains(Metric.NOISE)) {
            requireNoise(inversion, asked);
        }
        return new Evaluation.SamplingPaths(generation, inversion, asked.contains(Metric.NOISE), interpolation);
    }

    private static void requireUse(List<SamplingPath> given, boolean measured, String what) {
        if (!measured && !given.isEmpty()) {
            throw new UserException("walk \"" + given.get(0) + "\": none of --metrics measures " + what
                    + ", so this walk has no effect; omit it");
        }
    }

    /** Refuses walks whose noise is not measured, because they end below T, if nothing else of them is. */
    private void requireNoise(List<SamplingPath> inversions, Set<Metric> asked) {
        List<SamplingPath> below = inversions.stream()
                .filter(path -> path.end() != NoiseScales.SIGMA_MAX)
                .toList();
        boolean measuredElse = asked.stream()
                .anyMatch(metric -> metric != Metric.NOISE
                        && (metric.kind() == Metric.Kind.INVERSION || metric.kind() == Metric.Kind.INTERPOLATION));
        boolean idle = below.size() == inversions.size() || !(measuredElse || walks.isEmpty());
        if (idle && !below.isEmpty()) {
            throw new UserException("walk \"" + below.get(0) + "\": noise is measured of inversions that end at 80; let"
                    + " it end there, as \"0 +0.07 > 6 > 80\" does");
        }
    }

    /**
     * The paths for interpolation: the model's stored walks. If other walks are given, or for a denoiser, its
     * inversions, each with the direct path back.
     */
    private List<InterpolationQuality.SamplingPaths> interpolations(ModelFolder folder, List<SamplingPath> inversions) {
        if (!walks.isEmpty() || folder.config().kind() == ModelKind.DENOISER) {
            return inversions.stream().map(EvaluationPathOptions::andBack).toList();
        }
        return folder.walks().interpolate().values().stream()
                .map(text -> andBack(Walk.parse(text)))
                .toList();
    }

    /** The two halves of a walk that leads to noise and back, or an inversion with the direct path back. */
    private static InterpolationQuality.SamplingPaths andBack(SamplingPath path) {
        if (path instanceof Walk walk && walk.end() == 0) {
            ThereAndBack both = ThereAndBack.of(walk);
            return new InterpolationQuality.SamplingPaths(both.toNoise(), both.toImages());
        }
        return new InterpolationQuality.SamplingPaths(path, path.toImages());
    }

    private List<SamplingPath> chosen(ModelFolder folder) {
        if (folder.config().kind() == ModelKind.DENOISER) {
            walks.stream().findFirst().ifPresent(walk -> {
                throw WalkOptions.forDenoiser("--walk \"" + walk + "\"");
            });
            return samplers.all().stream()
                    .<SamplingPath>flatMap(sampler -> Stream.of(
                            new Ode(sampler, Ode.Direction.GENERATE),
                            new Ode(sampler, Ode.Direction.INVERT, initialNoise())))
                    .toList();
        }
        samplers.requireNone();
        initialNoise.ifPresent(scale -> {
            throw new UserException("--initial-noise " + scale
                    + ": is for denoisers, but this model is not one; write the noise into --walk, as in \"0 +0.07"
                    + " > 80\"");
        });
        List<Walk> all = (walks.isEmpty() ? storedWalks(folder) : walks.stream().map(Walk::parse)).toList();
        all.forEach(walk -> PathSampler.require(walk, folder.config()));
        return List.copyOf(all);
    }

    private double initialNoise() {
        double scale = initialNoise.orElse(0.0);
        if (!(scale >= 0 && scale < MOST_INITIAL_NOISE)) {
            throw new UserException("--initial-noise " + scale + ": choose from 0 to below 1, such as 0.03");
        }
        return scale;
    }

    private static Stream<Walk> storedWalks(ModelFolder folder) {
        RecommendedWalks stored = folder.walks();
        return Stream.of(stored.generate(), stored.invert())
                .map(Map::values)
                .flatMap(Collection::stream)
                .map(Walk::parse);
    }
}
