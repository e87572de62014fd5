package org.bcm4j.app.report;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.ModelWalks;
import org.bcm4j.walk.Ode;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.ThereAndBack;

/**
 * The paths of a model, read and checked: a consistency model's recommended walks, or a denoiser's ODE.
 *
 * @param generations from noise to images, at least one, in order of their network evaluations
 * @param inversions from images to noise, in the same order; empty for a plain consistency model, which does not invert
 * @param interpolation from images to noise and back; present only for bidirectional models
 */
record ModelSamplingPaths(
        List<SamplingPath> generations, List<SamplingPath> inversions, Optional<ThereAndBack> interpolation) {
    /** Evaluations to noise of the interpolation, or the nearest that the model has; the default of the commands. */
    private static final int INTERPOLATION_NFE = 2;

    /** The default sampler of the commands. */
    private static final DeterministicSampler SAMPLER =
            new DeterministicSampler(DeterministicSampler.USUAL_SOLVER, DeterministicSampler.USUAL_POINTS);

    /**
     * The paths of a model.
     *
     * @throws UserException if a walk cannot be parsed or has the wrong ends, or there are none
     */
    static ModelSamplingPaths of(ModelConfig config, RecommendedWalks stored) {
        if (config.kind() == ModelKind.DENOISER) {
            return new ModelSamplingPaths(
                    List.of(new Ode(SAMPLER, Ode.Direction.GENERATE)),
                    List.of(new Ode(SAMPLER, Ode.Direction.INVERT)),
                    Optional.empty());
        }
        ModelWalks walks = new ModelWalks(config, stored);
        List<SamplingPath> generations = List.copyOf(walks.all(Purpose.SAMPLE));
        return config.kind() == ModelKind.CONSISTENCY
                ? new ModelSamplingPaths(generations, List.of(), Optional.empty())
                : new ModelSamplingPaths(
                        generations, List.copyOf(walks.all(Purpose.INVERT)), Optional.of(interpolation(walks)));
    }

    private static ThereAndBack interpolation(ModelWalks walks) {
        return walks.allThereAndBack(Purpose.INTERPOLATE).stream()
                .min(Comparator.comparingInt(walk -> Math.abs(walk.toNoise().nfe() - INTERPOLATION_NFE)))
                .orElseThrow();
    }

    /** The generation with the fewest evaluations, which reconstructs images from inverted noises. */
    SamplingPath quickestGeneration() {
        return generations.get(0);
    }

    /** A generation of two evaluations, or the nearest: better than one, and still quick. */
    SamplingPath usualGeneration() {
        return generations.stream()
                .min(Comparator.comparingInt(samplingPath -> Math.abs(samplingPath.nfe() - 2)))
                .orElseThrow();
    }
}
