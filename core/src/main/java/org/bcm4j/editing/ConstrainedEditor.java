package org.bcm4j.editing;

import static org.bcm4j.tensor.Ops.scalar;

import org.bcm4j.walk.Editor;
import org.bcm4j.walk.Move;
import org.bcm4j.walk.NoiseSource;
import org.bcm4j.walk.SampledPoints;
import org.bcm4j.walk.Traversal;
import org.bcm4j.walk.Walk;
import org.bcm4j.walk.Walker;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * The common loop of all edits. After each evaluation that leads to time 0, it clips the image and makes it agree with
 * what is known. After each evaluation that leads to a larger noise scale, it replaces the unknown part by fresh noise.
 * It leaves other moves alone. With this editor, {@code 0 +0.07 > 0.4 > 1 > 2 > 0} inpaints by inversion, and
 * {@code 80 > 0 +20 > 0 +5 > 0} inpaints as consistency models do.
 *
 * @param constraint what is known
 * @param noise draws the fresh noise
 */
public record ConstrainedEditor(Constraint constraint, NoiseSource noise) implements Editor {
    /**
     * Runs a whole edit. A walk that starts at another noise scale than the images starts from noise; the images then
     * only set the number of results.
     *
     * @param images to edit, float32 [B,C,H,W]; not changed
     * @param scale the noise scale of the images, in [0, 80]
     */
    public SampledPoints edit(Traversal traversal, Walk walk, Tensor images, double scale) {
        constraint.requireFit(images);
        Walker walker = new Walker(traversal, noise, this);
        if (walk.start() != scale) {
            return walker.generate(walk, noise.normal(images.shape())).requireFinite();
        }
        return walker.from(walk, scale == 0 ? constraint.begin(images, noise) : images)
                .requireFinite();
    }

    @Override
    public Tensor afterMove(Move move, Tensor x, double time) {
        if (!(move instanceof Move.Traverse traverse)) {
            return x;
        }
        if (traverse.to() == 0) {
            return constraint.impose(x.clamp(new ScalarOptional(scalar(-1.0)), new ScalarOptional(scalar(1.0))));
        }
        return traverse.to() > traverse.from() ? constraint.renew(x, time, noise) : x;
    }
}
