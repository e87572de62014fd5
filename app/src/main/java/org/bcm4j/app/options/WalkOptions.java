package org.bcm4j.app.options;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.ModelWalks;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.ThereAndBack;
import org.bcm4j.walk.Walk;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options for the walk: its text, or the number of network evaluations (NFE) of a walk stored with the model. */
public final class WalkOptions {
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
                description = "The walk of K network evaluations that is stored with the model (default: "
                        + RecommendedWalks.USUAL_NFE + "; to inpaint, " + RecommendedWalks.USUAL_INPAINTING_NFE
                        + "); of a path to noise and back, K lead to noise.")
        private Optional<Integer> nfe = Optional.empty();
    }

    /** @throws UserException if a walk was given, by its text or its evaluations, for a denoiser */
    void requireNone() {
        choice.walk.ifPresent(text -> {
            throw forDenoiser("--walk \"" + text + "\"");
        });
        choice.nfe.ifPresent(nfe -> {
            throw forDenoiser("--nfe " + nfe);
        });
    }

    /** The error for a walk given for a denoiser. */
    public static UserException forDenoiser(String option) {
        return new UserException(option + ": this model is a denoiser, which cannot follow walks; use --sampler and"
                + " --steps to choose how its ODE is solved");
    }

    /** A walk from noise to images. */
    Walk generation(ModelOptions model) {
        Walk walk = walk(model, Purpose.SAMPLE);
        return requireEnds(
                walk, false, true, "generates images, so it must lead from noise to 0, as \"80 > 1.2 > 0\" does");
    }

    /**
     * A walk from noises that an inversion found. By default this is the return path of an interpolation, which adds no
     * noise to them.
     */
    Walk fromFoundNoise(ModelOptions model) {
        boolean chosen = choice.walk.isPresent() || choice.nfe.isPresent();
        boolean inverts = model.folder().config().kind().isBidirectional();
        return chosen || !inverts
                ? generation(model)
                : storedThereAndBack(model, Purpose.INTERPOLATE).toImages();
    }

    /** A walk from images to noise. The model must be able to invert. */
    Walk inversion(ModelOptions model) {
        model.requireBothDirections();
        Walk walk = walk(model, Purpose.INVERT);
        String rule = "inverts images, so it must lead from 0 to noise, as \"0 +0.07 > 6 > 80\" does";
        if (walk.nfe() == 0) {
            throw new UserException("walk \"" + walk + "\": this command " + rule + ", and not only add noise");
        }
        return requireEnds(walk, true, false, rule);
    }

    /**
     * A walk from images to noise and back. By default it is the model's inversion of the given NFE and a move straight
     * back.
     */
    Walk roundTrip(ModelOptions model) {
        model.requireBothDirections();
        Walk walk = choice.walk.map(Walk::parse).orElseGet(() -> {
            Walk inversion = stored(model, Purpose.INVERT);
            return inversion.then(inversion.toImages());
        });
        return requireEnds(
                walk, true, true, "reconstructs images, so it must lead from 0 to 0, as \"0 +0.07 > 6 > 80 > 0\" does");
    }

    /**
     * A walk to noise and back that adds noise only at the start, by default the one stored for a purpose. A given walk
     * that starts at 0 is the whole walk. Any other given walk is the return path.
     *
     * @param inversion the path to noise, if it was given separately
     */
    public ThereAndBack thereAndBack(ModelOptions model, Optional<String> inversion, Purpose purpose) {
        Optional<Walk> written = choice.walk.map(Walk::parse);
        Optional<Walk> whole = written.filter(walk -> walk.start() == 0);
        if (whole.isPresent()) {
            inversion.ifPresent(text -> {
                throw new UserException("--inversion \"" + text + "\": --walk \"" + whole.get()
                        + "\" already leads to noise; omit one of them, or start --walk at noise");
            });
            return ThereAndBack.of(whole.get());
        }
        Supplier<ThereAndBack> own = () -> storedThereAndBack(model, purpose);
        Optional<Walk> toNoise = inversion.map(Walk::parse);
        return new ThereAndBack(
                toNoise.orElseGet(() -> own.get().toNoise()),
                written.orElseGet(() -> own.get().toImages()));
    }

    /** A walk that fills holes: from the images around them, or from noise. */
    public Walk inpainting(ModelOptions model) {
        model.requireNoDenoiser();
        return walk(model, Purpose.INPAINT);
    }

    /** A walk from damaged images to better ones. */
    public Walk restoration(ModelOptions model) {
        model.requireNoDenoiser();
        return walk(model, Purpose.RESTORE);
    }

    /**
     * A walk for the editing method of consistency models: from noise to time 0 at once, then again from less and less
     * noise.
     */
    public Walk consistencyModel(ModelOptions model) {
        model.requireNoDenoiser();
        return written(model).orElseGet(() -> Walk.multistep(nfe(Walk.MULTISTEP_NFE)));
    }

    /**
     * A walk to fill holes with a plain consistency model: the one stored for this NFE, or the same as
     * {@link #consistencyModel}.
     */
    public Walk plainInpainting(ModelOptions model) {
        return written(model).orElseGet(() -> walks(model).inpainting(OptionalInt.of(nfe(Walk.MULTISTEP_NFE))));
    }

    /** The given walk, or {@code otherwise}, for an edit for which models store no walks. */
    public Walk edit(ModelOptions model, Walk otherwise) {
        model.requireNoDenoiser();
        if (choice.nfe.isPresent()) {
            throw new UserException("--nfe " + nfe(0) + ": the model stores no walks for this command; write one with"
                    + " --walk, such as \"" + otherwise + "\"");
        }
        return written(model).orElse(otherwise);
    }

    private int nfe(int otherwise) {
        int nfe = choice.nfe.orElse(otherwise);
        if (nfe < 1) {
            throw new UserException("--nfe " + nfe + ": a walk takes at least 1 evaluation");
        }
        return nfe;
    }

    /** The given walk, or the model's stored walk for the given NFE. The model can follow it. */
    private Walk walk(ModelOptions model, Purpose purpose) {
        return written(model).orElseGet(() -> stored(model, purpose));
    }

    private Optional<Walk> written(ModelOptions model) {
        return choice.walk
                .map(Walk::parse)
                .map(walk -> fitting(walk, model.folder().config()));
    }

    private Walk stored(ModelOptions model, Purpose purpose) {
        return stored(model, purpose, nfe(purpose.usualNfe()));
    }

    private static Walk stored(ModelOptions model, Purpose purpose, int nfe) {
        return storedOf(model, purpose, nfe).walk(purpose, nfe);
    }

    private ThereAndBack storedThereAndBack(ModelOptions model, Purpose purpose) {
        int nfe = nfe(purpose.usualNfe());
        return storedOf(model, purpose, nfe).thereAndBack(purpose, nfe);
    }

    private static ModelWalks walks(ModelOptions model) {
        ModelFolder folder = model.folder();
        return new ModelWalks(folder.config(), folder.walks());
    }

    /** Checks that a model of this kind can follow the walk. */
    private static Walk fitting(Walk walk, ModelConfig config) {
        PathSampler.require(walk, config);
        return walk;
    }

    private static Walk requireEnds(Walk walk, boolean fromImages, boolean toImages, String rule) {
        if ((walk.start() == 0) != fromImages || (walk.end() == 0) != toImages) {
            throw new UserException("walk \"" + walk + "\": this command " + rule);
        }
        return walk;
    }

    /**
     * The walks stored with the model.
     *
     * @throws UserException if none has the given number of evaluations
     */
    private static ModelWalks storedOf(ModelOptions model, Purpose purpose, int nfe) {
        ModelWalks walks = walks(model);
        Set<String> evaluations = walks.evaluations(purpose);
        if (!evaluations.contains(Integer.toString(nfe))) {
            if (evaluations.isEmpty()) {
                throw new UserException(
                        "--nfe " + nfe + ": the model has no walks to " + purpose.title() + "; write one with --walk");
            }
            throw new UserException("--nfe " + nfe + ": the model has walks of " + String.join(", ", evaluations)
                    + " evaluations to " + purpose.title() + "; choose one of these, or write a walk with --walk");
        }
        return walks;
    }
}
