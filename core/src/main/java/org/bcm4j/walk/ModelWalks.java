package org.bcm4j.walk;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.storage.UserException;

/**
 * The walks that are stored with a model, by purpose and number of evaluations (NFE), each checked against the kind of the model. Immutable.
 *
 * @param model whose walks they are
 * @param stored their text forms
 */
public record ModelWalks(ModelConfig model, RecommendedWalks stored) {
    /**
     * A walk for a purpose.
     *
     * @param nfe evaluations, at least 1
     * @throws UserException if none of so many evaluations is stored, or what is stored cannot be walked by this model
     */
    public Walk walk(Purpose purpose, int nfe) {
        return find(purpose, nfe, walk -> checked(walk, purpose));
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
     * Refuses walks that the model could not go.
     *
     * @throws UserException naming the first of them
     */
    public void requireAll() {
        for (Purpose purpose : Purpose.values()) {
            boolean back = purpose == Purpose.INTERPOLATE || purpose == Purpose.SWAP;
            for (String nfe : stored.of(purpose).keySet()) {
                find(purpose, nfe, back ? ThereAndBack::of : walk -> checked(walk, purpose));
            }
        }
    }

    /**
     * A way to noise and back, for {@link Purpose#INTERPOLATE} and {@link Purpose#SWAP}.
     *
     * @param nfe evaluations of the way to noise, at least 1
     * @throws UserException as {@link #walk}, and if the walk adds noise but at its start
     */
    public ThereAndBack thereAndBack(Purpose purpose, int nfe) {
        return find(purpose, nfe, ThereAndBack::of);
    }

    /** For how many evaluations walks are stored for a purpose, as the keys of {@code walks.json}, in ascending order. */
    public Set<String> evaluations(Purpose purpose) {
        return stored.of(purpose).keySet();
    }

    private Walk checked(Walk walk, Purpose purpose) {
        PathSampler.require(walk, model);
        requireEnds(walk, purpose);
        return walk;
    }

    private <T> T find(Purpose purpose, int nfe, Function<Walk, T> reading) {
        return find(purpose, Integer.toString(nfe), reading);
    }

    private <T> T find(Purpose purpose, String nfe, Function<Walk, T> reading) {
        Map<String, String> walks = stored.of(purpose);
        String text = walks.get(nfe);
        if (text == null) {
            throw new UserException(nfe + " NFE: the model has "
                    + (walks.isEmpty() ? "no walks" : "walks of " + String.join(", ", walks.keySet()) + " evaluations")
                    + " to " + purpose.title()
                    + (walks.isEmpty() ? "; write one" : "; choose one of these, or write a walk"));
        }
        try {
            return reading.apply(Walk.parse(text));
        } catch (UserException fault) {
            throw new UserException(
                    "the model's walks.json, " + purpose.title() + " " + nfe + ": " + fault.getMessage(), fault);
        }
    }
}
