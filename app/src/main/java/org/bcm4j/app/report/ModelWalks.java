package org.bcm4j.app.report;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.ThereAndBack;
import org.bcm4j.walk.Walk;

/**
 * A model's recommended walks, read and checked.
 *
 * @param generations from noise to images, at least one, in order of their network evaluations
 * @param inversions from images to noise, at least one, in the same order
 * @param interpolation from images to noise and back, the ones between others
 */
record ModelWalks(List<Walk> generations, List<Walk> inversions, ThereAndBack interpolation) {
    /** Evaluations to noise of the interpolation, or as near as the model has one: those that the commands take. */
    private static final int INTERPOLATION_NFE = 2;

    /**
     * Reads a model's walks.
     *
     * @throws UserException if one can not be read or does not lead where it should, or there are none
     */
    static ModelWalks of(Path model, RecommendedWalks walks) {
        return new ModelWalks(
                read(model, "generate", walks.generate()),
                read(model, "invert", walks.invert()),
                interpolation(model, walks.interpolate()));
    }

    private static ThereAndBack interpolation(Path model, Map<String, String> texts) {
        String place = model + ", walks to interpolate";
        return texts.values().stream()
                .map(text -> read(place, text, ThereAndBack::of))
                .min(Comparator.comparingInt(way -> Math.abs(way.toNoise().nfe() - INTERPOLATION_NFE)))
                .orElseThrow(() -> new UserException(place + ": there are none; add some to walks.json"));
    }

    private static List<Walk> read(Path model, String purpose, Map<String, String> texts) {
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
                throw new UserException(place + ": \"" + walk + "\" does not lead from " + ends + "; mend walks.json");
            }
        }
        return walks;
    }

    private static <T> T read(String place, String text, Function<Walk, T> reading) {
        try {
            return reading.apply(Walk.parse(text));
        } catch (UserException fault) {
            throw new UserException(place + ": " + fault.getMessage(), fault);
        }
    }

    /** The generation of fewest evaluations, which turns inverted noises back into images. */
    Walk quickestGeneration() {
        return generations.get(0);
    }

    /** A generation of two evaluations, or the nearest: better than one, and still quick. */
    Walk usualGeneration() {
        return generations.stream()
                .min(Comparator.comparingInt(walk -> Math.abs(walk.nfe() - 2)))
                .orElseThrow();
    }
}
