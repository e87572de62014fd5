package org.bcm4j.walk;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.storage.UserException;

/**
 * The walks stored with a model, by purpose and number of evaluations (NFE). Each is checked against the kind of the
 * model. Immutable.
 *
 * @param model the configuration of the model
 * @param stored the text forms of its walks
 */
public record ModelWalks(ModelConfig model, RecommendedWalks stored) {
    /**
     * The stored walk for a purpose.
     *
     * @param nfe evaluations, at least 1
     * @throws UserException if no walk with this number of evaluations is stored, or the model cannot follow the stored
     *     one
     */
    public Walk walk(Purpose purpose, int nfe) {
        return find(purpose, Integer.toString(nfe), walk -> checked(walk, purpose), Walk::nfe);
    }

    private static void requireEnds(Walk walk, Purpose purpose) {
        if (purpose == Purpose.SAMPLE && (walk.start() == 0 || walk.end() != 0)) {
            throw new UserException("walk \"" + walk + "\" does not lead from noise to 0");
        }
        if (purpose == Purpose.INVERT && (walk.start() != 0 || walk.end() == 0 || walk.nfe() == 0)) {
            throw new UserException("walk \"" + walk + "\" does not lead from 0 to noise");
        }
    }

    /**
     * Checks that the model can follow every stored walk.
     *
     * @throws UserException naming the first walk that it cannot follow
     */
    public void requireAll() {
        for (Purpose purpose : Purpose.values()) {
            if (purpose == Purpose.INTERPOLATE || purpose == Purpose.SWAP) {
                read(purpose, this::checkedThereAndBack, ModelWalks::evaluations);
            } else {
                read(purpose, walk -> checked(walk, purpose), Walk::nfe);
            }
        }
    }

    /**
     * The stored walks from noise to images, {@link Purpose#SAMPLE}, or from images to noise, {@link Purpose#INVERT}.
     *
     * @return at least one, in ascending order of evaluations
     * @throws UserException if none is stored, or the model cannot follow one
     */
    public List<Walk> all(Purpose purpose) {
        return some(purpose, walk -> checked(walk, purpose), Walk::nfe).stream()
                .sorted(Comparator.comparingInt(Walk::nfe))
                .toList();
    }

    /**
     * The stored walks to noise and back, for {@link Purpose#INTERPOLATE} and {@link Purpose#SWAP}.
     *
     * @return at least one
     * @throws UserException if none is stored, or one adds noise anywhere except at its start
     */
    public List<ThereAndBack> allThereAndBack(Purpose purpose) {
        return some(purpose, this::checkedThereAndBack, ModelWalks::evaluations);
    }

    /**
     * The stored walk to noise and back, for {@link Purpose#INTERPOLATE} and {@link Purpose#SWAP}.
     *
     * @param nfe evaluations of the path to noise, at least 1
     * @throws UserException as {@link #walk}, and if the walk adds noise anywhere except at its start
     */
    public ThereAndBack thereAndBack(Purpose purpose, int nfe) {
        return find(purpose, Integer.toString(nfe), this::checkedThereAndBack, ModelWalks::evaluations);
    }

    /**
     * The walk that fills holes: the stored one, or multistep sampling for a plain consistency model that stores none
     * with this number of evaluations.
     *
     * @param nfe evaluations, at least 1; absent for the usual number of this kind of model
     * @throws UserException as {@link #walk}
     */
    public Walk inpainting(OptionalInt nfe) {
        boolean plain = model.kind() == ModelKind.CONSISTENCY;
        int wanted = nfe.orElse(plain ? Walk.MULTISTEP_NFE : Purpose.INPAINT.usualNfe());
        boolean isStored = evaluations(Purpose.INPAINT).contains(Integer.toString(wanted));
        return plain && !isStored ? Walk.multistep(wanted) : walk(Purpose.INPAINT, wanted);
    }

    /** The numbers of evaluations for which a purpose has walks: the keys in {@code walks.json}, in ascending order. */
    public Set<String> evaluations(Purpose purpose) {
        return stored.of(purpose).keySet();
    }

    private Walk checked(Walk walk, Purpose purpose) {
        PathSampler.require(walk, model);
        requireEnds(walk, purpose);
        return walk;
    }

    private ThereAndBack checkedThereAndBack(Walk walk) {
        PathSampler.require(walk, model);
        return ThereAndBack.of(walk);
    }

    /** The evaluations by which a walk to noise and back is stored: those to noise. */
    private static int evaluations(ThereAndBack walk) {
        return walk.toNoise().nfe();
    }

    /** A walk that is missing can be written, unless no model of this kind can follow it. */
    private void requireInversions(Purpose purpose) {
        boolean inverts = purpose == Purpose.INVERT || purpose == Purpose.INTERPOLATE || purpose == Purpose.SWAP;
        if (inverts && model.kind() == ModelKind.CONSISTENCY) {
            throw new UserException("this model is a plain consistency model, which cannot invert images; use a"
                    + " bidirectional model to " + purpose.title());
        }
    }

    private <T> List<T> some(Purpose purpose, Function<Walk, T> reading, ToIntFunction<T> evaluations) {
        List<T> walks = read(purpose, reading, evaluations);
        if (walks.isEmpty()) {
            requireInversions(purpose);
            throw new UserException("the model has no walks to " + purpose.title() + "; add some to its walks.json");
        }
        return walks;
    }

    private <T> List<T> read(Purpose purpose, Function<Walk, T> reading, ToIntFunction<T> evaluations) {
        return evaluations(purpose).stream()
                .map(nfe -> find(purpose, nfe, reading, evaluations))
                .toList();
    }

    private <T> T find(Purpose purpose, String nfe, Function<Walk, T> reading, ToIntFunction<T> evaluations) {
        Map<String, String> walks = stored.of(purpose);
        String text = walks.get(nfe);
        if (text == null) {
            requireInversions(purpose);
            throw new UserException(nfe + " NFE: the model has "
                    + (walks.isEmpty() ? "no walks" : "walks of " + String.join(", ", walks.keySet()) + " evaluations")
                    + " to " + purpose.title()
                    + (walks.isEmpty() ? "; write one" : "; choose one of these, or write a walk"));
        }
        try {
            T walk = reading.apply(Walk.parse(text));
            String made = Integer.toString(evaluations.applyAsInt(walk));
            if (!made.equals(nfe)) {
                throw new UserException("walk \"" + text + "\" makes " + made + " evaluation(s)"
                        + (walk instanceof ThereAndBack ? " to noise" : "") + "; store it under \"" + made + "\"");
            }
            return walk;
        } catch (UserException fault) {
            throw new UserException(
                    "the model's walks.json, " + purpose.title() + " " + nfe + ": " + fault.getMessage(), fault);
        }
    }
}
