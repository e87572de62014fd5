package org.bcm4j.studio.api;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.ModelWalks;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.ThereAndBack;
import org.bcm4j.walk.Walk;

/** The walks that requests ask for. One that cannot be followed is the client's mistake: a {@link ProblemException}. */
final class Walks {
    /** Room for the most evaluations, with noise before each. */
    private static final int MOST_LETTERS = 64 * Requests.MOST_EVALUATIONS;

    private Walks() {}

    /** The walk of a request, or the one that the model stores for a purpose. */
    static Walk of(ShelvedModel shelved, Requests.Path path, Purpose purpose) {
        return checked(() -> {
            requireWalks(shelved);
            Walk walk = written(path)
                    .orElseGet(() -> stored(shelved).walk(purpose, path.steps().orElse(purpose.usualNfe())));
            PathSampler.require(walk, shelved.model().config());
            return walk;
        });
    }

    /** The walk of a request, or multistep sampling. */
    static Walk multistep(ShelvedModel shelved, Requests.Path path) {
        return given(shelved, path, () -> Walk.multistep(path.steps().orElse(Walk.MULTISTEP_NFE)));
    }

    /** The walk of a request, or the usual one for filling holes. */
    static Walk inpainting(ShelvedModel shelved, Requests.Path path) {
        OptionalInt steps = path.steps().map(OptionalInt::of).orElse(OptionalInt.empty());
        return given(shelved, path, () -> stored(shelved).inpainting(steps));
    }

    /** The walk of a request, or another one. */
    static Walk given(ShelvedModel shelved, Requests.Path path, Supplier<Walk> usual) {
        return checked(() -> {
            requireWalks(shelved);
            Walk walk = written(path).orElseGet(usual);
            PathSampler.require(walk, shelved.model().config());
            return walk;
        });
    }

    /** The walk of a request to noise and back, or the one that the model stores for a purpose. */
    static ThereAndBack thereAndBack(ShelvedModel shelved, Requests.Path path, Purpose purpose) {
        return checked(() -> {
            requireWalks(shelved);
            ThereAndBack walk = written(path)
                    .map(ThereAndBack::of)
                    .orElseGet(() ->
                            stored(shelved).thereAndBack(purpose, path.steps().orElse(purpose.usualNfe())));
            PathSampler.require(walk.whole(), shelved.model().config());
            return walk;
        });
    }

    /** The walk that a request has in writing. */
    private static Optional<Walk> written(Requests.Path path) {
        path.walk().filter(text -> text.length() > MOST_LETTERS).ifPresent(tooLong -> {
            throw new ProblemException(
                    400, "the walk has " + tooLong.length() + " characters, and " + MOST_LETTERS + " are the most");
        });
        Optional<Walk> walk = path.walk().map(Walk::parse);
        walk.filter(each -> each.nfe() > Requests.MOST_EVALUATIONS).ifPresent(tooLong -> {
            throw new ProblemException(
                    400,
                    "the walk takes " + tooLong.nfe() + " evaluations, and " + Requests.MOST_EVALUATIONS
                            + " are the most");
        });
        return walk;
    }

    private static ModelWalks stored(ShelvedModel shelved) {
        return new ModelWalks(shelved.model().config(), shelved.walks());
    }

    private static void requireWalks(ShelvedModel shelved) {
        if (shelved.model().config().kind() == ModelKind.DENOISER) {
            throw new UserException("this model is a denoiser, which follows no walks; take a consistency model");
        }
    }

    private static <T> T checked(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (UserException | IllegalArgumentException e) {
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new ProblemException(400, reason, e);
        }
    }
}
