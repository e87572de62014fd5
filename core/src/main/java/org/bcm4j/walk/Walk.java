package org.bcm4j.walk;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.storage.UserException;

/**
 * A path between noise scales: one or more {@linkplain Move moves}. Each begins where the one before it ended. The text
 * form is the noise scale of the start, then the moves:
 *
 * <pre>{@code
 * 80 > 0                       one-step generation, 1 NFE (network function evaluation)
 * 80 > 1.2 > 0                 ancestral sampling, 2 NFE
 * 80 > 0 +0.2 > 0.8 > 0        zigzag sampling, 3 NFE: +0.2 adds fresh noise of standard deviation 0.2
 * 80 > 1.2 > 0 +0.1 > 0.3 > 0  both combined, 4 NFE
 * 80 > 0 +1.2z > 0             zigzag with fixed noise, 2 NFE: +1.2z adds 1.2 times the noise of the start
 * 0 +0.07 > 6 > 80             inversion, 2 NFE
 * }</pre>
 *
 * Noise scales are decimals from 0 to T = 80. Spaces are optional. Time 0 means σ_min = 0.002, where the data lie.
 * Noise can be added only at time 0: the network then receives an image plus noise, which is what a diffused image is.
 * Fixed noise needs a start at T, where the point is pure noise.
 *
 * @param moves at least one
 */
public record Walk(List<Move> moves) implements SamplingPath {
    /** The usual number of evaluations of {@link #multistep}. */
    public static final int MULTISTEP_NFE = 18;

    /** With many more evaluations, the smallest noise scales would be rounded to time 0. */
    private static final int MULTISTEP_MOST_NFE = 1000;

    /**
     * @throws IllegalArgumentException if there are no moves, a move does not begin where the one before it ended, or
     *     noise is added against the rules above
     */
    public Walk {
        moves = List.copyOf(moves);
        if (moves.isEmpty()) {
            throw new IllegalArgumentException("a walk needs at least one move");
        }
        double start = moves.get(0).from();
        double here = start;
        for (Move move : moves) {
            admit(start, here, move);
            here = move.to();
        }
    }

    /**
     * Parses the text form described at {@link Walk}.
     *
     * @throws UserException if {@code text} is not a walk. The first line of the message says what is wrong, at which
     *     character, and how to fix it. Two more lines show the text with a mark below that character
     */
    public static Walk parse(String text) {
        return new WalkParser(text).walk();
    }

    /**
     * Multistep sampling of consistency models: to time 0 in one move, then repeatedly from less and less added noise.
     * The noise scales are those of EDM's grid (docs/method.md §4) with {@code nfe + 1} points.
     *
     * @param nfe network function evaluations, from 1 to {@value #MULTISTEP_MOST_NFE}
     * @throws IllegalArgumentException if {@code nfe} is not positive
     * @throws UserException if {@code nfe} is too large
     */
    public static Walk multistep(int nfe) {
        if (nfe < 1) {
            throw new IllegalArgumentException("a walk takes at least 1 evaluation, not " + nfe);
        }
        if (nfe > MULTISTEP_MOST_NFE) {
            throw new UserException(
                    "multistep sampling takes at most " + MULTISTEP_MOST_NFE + " evaluations, not " + nfe);
        }
        TimeGrid grid = new TimeGrid(nfe + 1);
        List<Move> moves = new ArrayList<>();
        moves.add(new Move.Traverse(NoiseScale.LARGEST, 0));
        for (int i = nfe - 1; i > 0; i--) {
            double scale = NoiseScale.readable(grid.time(i));
            moves.add(new Move.AddNoise(scale, Move.Source.FRESH));
            moves.add(new Move.Traverse(scale, 0));
        }
        return new Walk(moves);
    }

    /** One move from a noise scale, in (0.002, 80], to 0. */
    public static Walk straightFrom(double scale) {
        return new Walk(List.of(new Move.Traverse(scale, 0)));
    }

    @Override
    public double start() {
        return moves.get(0).from();
    }

    @Override
    public double end() {
        return moves.get(moves.size() - 1).to();
    }

    /** The number of network function evaluations of the walk: one per {@link Move.Traverse}. */
    @Override
    public int nfe() {
        return (int) moves.stream().filter(Move.Traverse.class::isInstance).count();
    }

    @Override
    public Walk toImages() {
        if (end() == 0) {
            throw new IllegalArgumentException("\"" + this + "\" ends at images already");
        }
        return straightFrom(end());
    }

    /**
     * This walk followed by {@code next}, as one walk.
     *
     * @throws UserException if {@code next} does not start where this walk ends, or adds fixed noise although the
     *     joined walk does not start at T
     */
    public Walk then(Walk next) {
        try {
            return new Walk(Stream.concat(moves.stream(), next.moves.stream()).toList());
        } catch (IllegalArgumentException rule) {
            throw new UserException("walk \"" + next + "\" cannot follow \"" + this + "\": " + rule.getMessage(), rule);
        }
    }

    /** The text form, which {@link #parse} parses to an equal walk. */
    @Override
    public String toString() {
        return moves.stream().map(Move::toString).collect(Collectors.joining(" ", NoiseScale.text(start()) + " ", ""));
    }

    /**
     * Checks a move against the rules of a walk.
     *
     * @param start the noise scale at which the walk started
     * @param here the noise scale at which the moves so far have ended
     * @throws IllegalArgumentException if the move breaks a rule
     */
    static void admit(double start, double here, Move move) {
        if (move instanceof Move.AddNoise noise) {
            if (here != 0) {
                throw new IllegalArgumentException("noise is added at time 0 only, but here the walk is at "
                        + NoiseScale.text(here) + "; go there first, \"> 0 " + noise + "\"");
            }
            if (noise.source() == Move.Source.START && start != NoiseScale.LARGEST) {
                throw new IllegalArgumentException("\"" + noise + "\" repeats the noise of the start, but this walk"
                        + " starts at " + NoiseScale.text(start) + ", not at " + NoiseScale.text(NoiseScale.LARGEST)
                        + "; drop the z for fresh noise");
            }
        } else if (move.from() != here) {
            throw new IllegalArgumentException("the next move begins at noise scale " + NoiseScale.text(move.from())
                    + ", but here the walk is at " + NoiseScale.text(here) + "; they must be equal");
        }
    }
}
