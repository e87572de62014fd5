package org.bcm4j.walk;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.Objects;
import java.util.function.Supplier;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * Moves points along a {@link Walk}. Nothing is clipped between moves. Added noise has the standard deviation that the
 * move names. The native memory of each move is freed before the next, except for the points themselves. The caller's
 * tensors are neither changed nor freed.
 *
 * @param traversal makes the {@link Move.Traverse} moves
 * @param noise draws noise once for each {@link Move.AddNoise} move with {@link Move.Source#FRESH}, and never otherwise
 * @param editor may change the points after each move
 */
public record Walker(Traversal traversal, NoiseSource noise, Editor editor) {
    public Walker {
        Objects.requireNonNull(traversal, "traversal");
        Objects.requireNonNull(noise, "noise");
        Objects.requireNonNull(editor, "editor");
    }

    /** A walker without an editor. */
    public Walker(Traversal traversal, NoiseSource noise) {
        this(traversal, noise, Editor.NONE);
    }

    /**
     * Generates: walks from the points {@code walk.start()·z}.
     *
     * @param z standard normal noise, [B,C,H,W]
     * @throws UserException if the walk starts at time 0, where there is no noise to start from
     */
    public SampledPoints generate(Walk walk, Tensor z) {
        if (walk.start() == 0) {
            throw new UserException("walk \"" + walk + "\" starts at an image, so it cannot generate one;"
                    + " start at noise, as in \"80 > 0\"");
        }
        return walk(walk, Scope.returning(() -> z.mul(scalar(walk.start()))), () -> z);
    }

    /**
     * Walks from the given points. If the walk adds the noise of its start, that noise is {@code x/T}: such a walk
     * starts at T, where a point is pure noise.
     *
     * @param x points at time {@code walk.start()}, [B,C,H,W]
     */
    public SampledPoints from(Walk walk, Tensor x) {
        return walk(walk, handle(x), () -> x.div(scalar(walk.start())));
    }

    /** Walks from {@code start}, a handle that belongs to the walker, and closes it. */
    private SampledPoints walk(Walk walk, Tensor start, Supplier<Tensor> startNoise) {
        Tensor x = start;
        int nfe = 0;
        for (Move move : walk.moves()) {
            Tensor here = x;
            // A handle of the walker's own: an editor or a traversal can return its argument or a tensor that it keeps.
            x = Scope.returning(() -> {
                Tensor moved = make(move, here, startNoise);
                return new Tensor(editor.afterMove(move, moved, NoiseScale.time(move.to())));
            });
            here.close();
            nfe += move instanceof Move.Traverse ? 1 : 0;
        }
        return new SampledPoints(x, NoiseScale.time(walk.end()), nfe);
    }

    private Tensor make(Move move, Tensor x, Supplier<Tensor> startNoise) {
        if (move instanceof Move.AddNoise add) {
            Tensor z = add.source() == Move.Source.FRESH ? noise.normal(x.shape()) : startNoise.get();
            return x.add(z, scalar(add.scale()));
        }
        return traversal.traverse(x, NoiseScale.time(move.from()), NoiseScale.time(move.to()));
    }

    /** A second handle on the same values. Closing it does not close {@code x}. */
    private static Tensor handle(Tensor x) {
        return Scope.returning(() -> new Tensor(x));
    }
}
