package org.bcm4j.app;

import java.util.Map;
import java.util.Optional;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.Walk;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which walk to take: written out, or by its number of network evaluations (NFE) from those stored with the model. */
final class WalkOptions {
    private static final int DEFAULT_NFE = 2;

    @ArgGroup
    private Choice choice = new Choice();

    private static final class Choice {
        @Option(
                names = "--walk",
                paramLabel = "WALK",
                description = "Noise scales to walk along, as in the example below; \"+0.2\" adds noise.")
        private Optional<String> walk = Optional.empty();

        @Option(
                names = "--nfe",
                paramLabel = "K",
                description = "The model's own walk of K network evaluations (default: " + DEFAULT_NFE + ").")
        private int nfe = DEFAULT_NFE;
    }

    /** A walk from noise to images. */
    Walk generation(ModelOptions model) {
        Walk walk = choice.walk
                .map(Walk::parse)
                .orElseGet(() -> recommended(model.folder().walks().generate(), choice.nfe, "generate"));
        return requireEnds(
                walk, false, true, "generates images, so it must lead from noise to 0, as \"80 > 1.2 > 0\" does");
    }

    /** A walk from images to noise. */
    Walk inversion(ModelOptions model) {
        Walk walk = choice.walk.map(Walk::parse).orElseGet(() -> inversion(model.folder(), choice.nfe));
        return requireInversion(walk);
    }

    /** A walk from images to noise and back; by NFE, the model's inversion of K evaluations and its generation of 1. */
    Walk roundTrip(ModelOptions model) {
        Walk walk = choice.walk.map(Walk::parse).orElseGet(() -> {
            ModelFolder folder = model.folder();
            return inversion(folder, choice.nfe).then(recommended(folder.walks().generate(), 1, "generate"));
        });
        return requireEnds(
                walk, true, true, "reconstructs images, so it must lead from 0 to 0, as \"0 +0.07 > 6 > 80 > 0\" does");
    }

    /** The model's inversion of {@code nfe} evaluations. */
    static Walk inversion(ModelFolder folder, int nfe) {
        return recommended(folder.walks().invert(), nfe, "invert");
    }

    /** @throws UserException unless the walk leads from images to noise */
    static Walk requireInversion(Walk walk) {
        return requireEnds(
                walk, true, false, "inverts images, so it must lead from 0 to noise, as \"0 +0.07 > 6 > 80\" does");
    }

    private static Walk requireEnds(Walk walk, boolean fromImages, boolean toImages, String rule) {
        if ((walk.start() == 0) != fromImages || (walk.end() == 0) != toImages) {
            throw new UserException("walk \"" + walk + "\": this command " + rule);
        }
        return walk;
    }

    private static Walk recommended(Map<String, String> walks, int nfe, String purpose) {
        String text = walks.get(Integer.toString(nfe));
        if (text == null) {
            throw new UserException("--nfe " + nfe + ": the model has walks of " + String.join(", ", walks.keySet())
                    + " evaluations to " + purpose + "; choose one of these, or write a walk with --walk");
        }
        try {
            return Walk.parse(text);
        } catch (UserException fault) {
            throw new UserException(
                    "the model's walks.json, " + purpose + " " + nfe + ": " + fault.getMessage(), fault);
        }
    }
}
