package org.bcm4j.app;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.Move;
import org.bcm4j.walk.ThereAndBack;
import org.bcm4j.walk.Walk;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which walk to take: written out, or by its number of network evaluations (NFE) from those stored with the model. */
final class WalkOptions {
    private static final int DEFAULT_NFE = 2;
    private static final int INPAINTING_NFE = 4;
    private static final int CONSISTENCY_MODEL_NFE = 18;

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
                description = "The walk of K network evaluations that is stored with the model (default: " + DEFAULT_NFE
                        + "; to inpaint, " + INPAINTING_NFE + "); of a way to noise and back, K lead to noise.")
        private Optional<Integer> nfe = Optional.empty();
    }

    /** @throws UserException if a walk was given, by its text or its evaluations, to a denoiser */
    void requireNone() {
        choice.walk.ifPresent(text -> {
            throw forDenoiser("--walk \"" + text + "\"");
        });
        choice.nfe.ifPresent(nfe -> {
            throw forDenoiser("--nfe " + nfe);
        });
    }

    /** What to say of a walk that was given to a denoiser. */
    static UserException forDenoiser(String option) {
        return new UserException(option + ": this model is a denoiser, which does not walk; choose with --sampler and"
                + " --steps how to solve its ODE");
    }

    /** A walk from noise to images. */
    Walk generation(ModelOptions model) {
        Walk walk = choice.walk
                .map(Walk::parse)
                .orElseGet(() -> recommended(model.folder().walks().generate(), nfe(DEFAULT_NFE), "generate"));
        return requireEnds(
                walk, false, true, "generates images, so it must lead from noise to 0, as \"80 > 1.2 > 0\" does");
    }

    /** A walk from images to noise. */
    Walk inversion(ModelOptions model) {
        Walk walk = choice.walk.map(Walk::parse).orElseGet(() -> inversion(model.folder(), nfe(DEFAULT_NFE)));
        return requireEnds(
                walk, true, false, "inverts images, so it must lead from 0 to noise, as \"0 +0.07 > 6 > 80\" does");
    }

    /** A walk from images to noise and back; by NFE, the model's inversion of K evaluations and its generation of 1. */
    Walk roundTrip(ModelOptions model) {
        Walk walk = choice.walk.map(Walk::parse).orElseGet(() -> {
            ModelFolder folder = model.folder();
            return inversion(folder, nfe(DEFAULT_NFE))
                    .then(recommended(folder.walks().generate(), 1, "generate"));
        });
        return requireEnds(
                walk, true, true, "reconstructs images, so it must lead from 0 to 0, as \"0 +0.07 > 6 > 80 > 0\" does");
    }

    /**
     * A way to noise and back without added noise but at the start, as the model stores them for a purpose. A walk that was written out is
     * all of it if it starts at 0, else the way back.
     *
     * @param inversion the way to noise, if that was written out by itself
     * @param purpose the command's name, which is the one in walks.json
     */
    ThereAndBack thereAndBack(Map<String, String> stored, Optional<String> inversion, String purpose) {
        Optional<Walk> written = choice.walk.map(Walk::parse);
        Optional<Walk> whole = written.filter(walk -> walk.start() == 0);
        if (whole.isPresent()) {
            inversion.ifPresent(text -> {
                throw new UserException("--inversion \"" + text + "\": --walk \"" + whole.get()
                        + "\" leads to noise already; leave one of them out, or let --walk start at noise");
            });
            return ThereAndBack.of(whole.get());
        }
        Supplier<ThereAndBack> own = () -> recommended(stored, nfe(DEFAULT_NFE), purpose, ThereAndBack::of);
        Optional<Walk> toNoise = inversion.map(Walk::parse);
        return new ThereAndBack(
                toNoise.orElseGet(() -> own.get().toNoise()),
                written.orElseGet(() -> own.get().toImages()));
    }

    /** A walk that fills holes: from the images around them, or from noise. */
    Walk inpainting(ModelOptions model) {
        Walk walk = choice.walk
                .map(Walk::parse)
                .orElseGet(() -> recommended(model.folder().walks().inpaint(), nfe(INPAINTING_NFE), "inpaint"));
        return requireEdit(walk);
    }

    /** A walk from damaged images to better ones. */
    Walk restoration(ModelOptions model) {
        Walk walk = choice.walk
                .map(Walk::parse)
                .orElseGet(() -> recommended(model.folder().walks().restore(), nfe(DEFAULT_NFE), "restore"));
        return requireEnds(
                walk, true, true, "restores images, so it must lead from 0 to 0, as \"0 +0.07 > 2 > 0\" does");
    }

    /** A consistency model's way of editing: from noise to time 0 at once, and again from less and less noise. */
    Walk consistencyModel() {
        return requireEdit(choice.walk.map(Walk::parse).orElseGet(() -> Walk.multistep(nfe(CONSISTENCY_MODEL_NFE))));
    }

    /** The walk that was written out, or {@code otherwise}; from images or noise to images. */
    Walk edit(String otherwise) {
        if (choice.nfe.isPresent()) {
            throw new UserException("--nfe " + nfe(0) + ": the model stores no walks for this command; write one with"
                    + " --walk, such as \"" + otherwise + "\"");
        }
        return requireEdit(Walk.parse(choice.walk.orElse(otherwise)));
    }

    /** The walk that was written out, or straight from a noise scale to 0. */
    Walk from(double sigma) {
        return choice.walk.map(Walk::parse).orElseGet(() -> new Walk(List.of(new Move.Traverse(sigma, 0))));
    }

    private static Walk requireEdit(Walk walk) {
        boolean starts = walk.start() == 0 || walk.start() == NoiseScales.SIGMA_MAX;
        if (!starts || walk.end() != 0) {
            throw new UserException("walk \"" + walk
                    + "\": this command edits images, so it must lead from 0 or 80 to 0, as \"0 +0.4 > 2 > 0\" does");
        }
        return walk;
    }

    private int nfe(int otherwise) {
        int nfe = choice.nfe.orElse(otherwise);
        if (nfe < 1) {
            throw new UserException("--nfe " + nfe + ": a walk takes at least 1 evaluation");
        }
        return nfe;
    }

    /** The model's inversion of {@code nfe} evaluations. */
    private static Walk inversion(ModelFolder folder, int nfe) {
        return recommended(folder.walks().invert(), nfe, "invert");
    }

    private static Walk requireEnds(Walk walk, boolean fromImages, boolean toImages, String rule) {
        if ((walk.start() == 0) != fromImages || (walk.end() == 0) != toImages) {
            throw new UserException("walk \"" + walk + "\": this command " + rule);
        }
        return walk;
    }

    private static Walk recommended(Map<String, String> walks, int nfe, String purpose) {
        return recommended(walks, nfe, purpose, walk -> walk);
    }

    private static <T> T recommended(Map<String, String> walks, int nfe, String purpose, Function<Walk, T> reading) {
        String text = walks.get(Integer.toString(nfe));
        if (text == null) {
            throw new UserException("--nfe " + nfe + ": the model has walks of " + String.join(", ", walks.keySet())
                    + " evaluations to " + purpose + "; choose one of these, or write a walk with --walk");
        }
        try {
            return reading.apply(Walk.parse(text));
        } catch (UserException fault) {
            throw new UserException(
                    "the model's walks.json, " + purpose + " " + nfe + ": " + fault.getMessage(), fault);
        }
    }
}
