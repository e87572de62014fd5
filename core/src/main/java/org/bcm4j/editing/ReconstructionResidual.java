package org.bcm4j.editing;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.Optional;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.EvaluationListener;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The difference between images generated in one evaluation and given ones: f(T·z, T, 0) − x. It is 0 where the given
 * value is black or white and the generated value lies beyond it. Noises and residuals are [B,D], with D = C·H·W.
 *
 * @param images x, float32 [B,C,H,W] in [-1,1]
 * @param labels int64 [B]; absent for the null class, or no classes
 * @param listener is called before each evaluation
 */
record ReconstructionResidual(TrainedModel model, Tensor images, Optional<Tensor> labels, EvaluationListener listener) {
    /** Half a level of 256 below white: values beyond it count as white, and values beyond its negative as black. */
    private static final double BOUND = 1 - 1 / 255.0;

    /** The residual r = f(T·z, T, 0) − x. */
    Tensor residual(Tensor z) {
        listener.evaluating(images.size(0));
        return Scope.returning(() -> beyond(model.traverse(
                z.view(images.shape()).mul(scalar(NoiseScales.SIGMA_MAX)),
                NoiseScales.SIGMA_MAX,
                NoiseScales.SIGMA_MIN,
                labels)));
    }

    /** ‖r‖² of each image, followed by its gradient with respect to z, [B,1+D]. */
    Tensor lossAndGradient(Tensor z) {
        listener.evaluating(images.size(0));
        return Scope.returning(() -> {
            Tensor leaf = z.detach().clone();
            leaf.requires_grad_(true);
            Tensor residual = beyond(model.traverseWithGradient(
                    leaf.view(images.shape()).mul(scalar(NoiseScales.SIGMA_MAX)),
                    NoiseScales.SIGMA_MAX,
                    NoiseScales.SIGMA_MIN,
                    labels));
            Tensor loss = dot(residual, residual);
            loss.sum().backward();
            return cat(1, loss.detach(), leaf.grad());
        });
    }

    private Tensor beyond(Tensor generated) {
        Tensor residual = generated.sub(images);
        Tensor one = torch.where(
                images.le(scalar(-BOUND)),
                residual.clamp_min(scalar(0.0)),
                torch.where(images.ge(scalar(BOUND)), residual.clamp_max(scalar(0.0)), residual));
        return one.flatten(1, -1);
    }

    /** The scalar product per image, [B,1]. */
    static Tensor dot(Tensor a, Tensor b) {
        return a.mul(b).sum(new long[] {1}, true, new ScalarTypeOptional());
    }
}
