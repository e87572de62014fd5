package org.bcm4j.app.report;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolver;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.Ode;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.ThereAndBack;
import org.bcm4j.walk.Walk;

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
    private static final DeterministicSampler SAMPLER = new DeterministicSampler(OdeSolver.HEUN, 18);

    /**
     * The paths of a model.
     *
     * @throws UserException if a walk cannot be parsed or has the wrong ends, or there are none
     */
    static ModelSamplingPaths of(Path model, ModelConfig config, RecommendedWalks walks) {
        if (config.kind() == ModelKind.DENOISER) {
            return new ModelSamplingPaths(
                    List.of(new Ode(SAMPLER, Ode.Direction.GENERATE)),
                    List.of(new Ode(SAMPLER, Ode.Direction.INVERT)),
                    Optional.empty());
        }
        List<SamplingPath> generations = read(model, "generate", walks.generate());
        return config.kind() == ModelKind.CONSISTENCY
                ? new ModelSamplingPaths(generations, List.of(), Optional.empty())
                : new ModelSamplingPaths(
                        generations,
                        read(model, "invert", walks.invert()),
                        Optional.of(interpolation(model, walks.interpolate())));
    }

    private static ThereAndBack interpolation(Path model, Map<String, String> texts) {
        String place = model + ", walks to interpolate";
        return texts.values().stream()
                .map(text -> read(place, text, ThereAndBack::of))
                .min(Comparator.comparingInt(walk -> Math.abs(walk.toNoise().nfe() - INTERPOLATION_NFE)))
                .orElseThrow(() -> new UserException(place + ": there are none; add some to walks.json"));
    }

    private static List<SamplingPath> read(Path model, String purpose, Map<String, String> texts) {
        String place = model + ", walks to " + purpose;
        List<Walk> walks = texts.values().stream()
                .map(text -> read(place, text, walk -> walk))
                .sorted(Comparator.comparingInt(Walk::nfe))
                .toList();
        if (walks.isEmpty()) {
            throw new UserException(place + ": there are none; add some to walks.json");
        }
        boolean generates = purpose.equals("generate");
        for (Walk walk : walks) {
            if ((walk.start() == 0) == generates || (walk.end() == 0) != generates) {
                String ends = generates ? "noise to 0" : "0 to noise";
                throw new UserException(
                        place + ": \"" + walk + "\" does not lead from " + ends + "; correct walks.json");
            }
        }
        return List.copyOf(walks);
    }

    private static <T> T read(String place, String text, Function<Walk, T> reading) {
        try {
            return reading.apply(Walk.parse(text));
        } catch (UserException fault) {
            throw new UserException(place + ": " + fault.getMessage(), fault);
        }
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
