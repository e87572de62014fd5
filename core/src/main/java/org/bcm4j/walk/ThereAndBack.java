package org.bcm4j.walk;

import java.util.List;
import org.bcm4j.storage.UserException;

/**
 * A path from images to noise and a path back that returns each image. Interpolation and class swap use it
 * (docs/method.md §7). Noise is added at most once: to the images, before the first evaluation. Everything after that
 * is a function of the point. Noise added later would leave the trajectory, and other images would come back.
 *
 * <p>Written as one walk, {@code 0 +0.07 > 6 > 80 > 0}, it turns at its largest noise scale.
 *
 * @param toNoise from 0 to noise, in at least one evaluation
 * @param toImages from where {@code toNoise} ends to 0; adds no noise
 */
public record ThereAndBack(Walk toNoise, Walk toImages) {
    /**
     * @throws UserException if a walk has the wrong start or end, the two do not meet, or noise is added after the
     *     start
     */
    public ThereAndBack {
        if (toNoise.start() != 0 || toNoise.end() == 0 || toNoise.nfe() == 0) {
            throw new UserException("walk \"" + toNoise
                    + "\": the path to noise must lead from 0 to noise, as \"0 +0.07 > 6 > 80\"" + " does");
        }
        if (toImages.start() == 0 || toImages.end() != 0) {
            throw new UserException(
                    "walk \"" + toImages + "\": the path back must lead from noise to 0, as \"80 > 0\" does");
        }
        if (toNoise.end() != toImages.start()) {
            throw new UserException("walk \"" + toImages + "\" cannot follow \"" + toNoise
                    + "\"; let it start where the inversion ends");
        }
        if (addsNoise(toNoise.moves().subList(1, toNoise.moves().size()))) {
            throw new UserException("walk \"" + toNoise + "\": adds noise after its start, which loses the images;"
                    + " add noise only at the start, as \"0 +0.07 > 6 > 80\" does");
        }
        if (addsNoise(toImages.moves())) {
            throw new UserException("walk \"" + toImages + "\": adds noise on the way back, which loses the images;"
                    + " omit it, as \"80 > 0\" does");
        }
    }

    /**
     * Splits a walk at its largest noise scale.
     *
     * @throws UserException if it does not lead from 0 to noise and back, or adds noise after its start
     */
    public static ThereAndBack of(Walk walk) {
        List<Move> moves = walk.moves();
        int turn = 0;
        for (int i = 1; i < moves.size(); i++) {
            turn = moves.get(i).to() > moves.get(turn).to() ? i : turn;
        }
        Walk toNoise = new Walk(moves.subList(0, turn + 1));
        if (walk.start() != 0 || walk.end() != 0 || toNoise.nfe() == 0) {
            throw new UserException(
                    "walk \"" + walk + "\": must lead from 0 to noise and back to 0, as \"0 +0.07 > 6 > 80 > 0\" does");
        }
        return new ThereAndBack(toNoise, new Walk(moves.subList(turn + 1, moves.size())));
    }

    private static boolean addsNoise(List<Move> moves) {
        return moves.stream().anyMatch(Move.AddNoise.class::isInstance);
    }

    /** Both walks as one. */
    public Walk whole() {
        return toNoise.then(toImages);
    }

    /** The text form of {@link #whole}. */
    @Override
    public String toString() {
        return whole().toString();
    }
}
