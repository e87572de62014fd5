package org.bcm4j.walk;

import java.util.Optional;
import java.util.function.Supplier;
import org.bcm4j.denoiser.Denoiser;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * Moves points along a {@link SamplingPath} with a model: along a walk with a consistency model, along an ODE with a
 * denoiser. Results belong to the open scope. The caller's tensors are neither changed nor freed.
 * {@link TrainedModel#requireInputs} says which inputs are rejected.
 *
 * @param labels the class of each point, int64 [B]; absent means the null class, or no classes
 * @param noise draws the noise that a walk's moves add, and the initial noise of an ODE
 * @param listener is called before each evaluation
 */
public record PathSampler(TrainedModel model, Optional<Tensor> labels, NoiseSource noise, EvaluationListener listener) {
    /** A sampler without a listener. */
    public PathSampler(TrainedModel model, Optional<Tensor> labels, NoiseSource noise) {
        this(model, labels, noise, EvaluationListener.NONE);
    }

    /**
     * Generates: moves the points {@code path.start()·z} along the path.
     *
     * @param z standard normal noise, [B,C,H,W]
     * @throws UserException if the path is not for this kind of model, or does not start at noise; or if the model's
     *     results are not finite
     */
    public SampledPoints generate(SamplingPath path, Tensor z) {
        require(path, model.config());
        model.requireInputs(z, labels);
        if (path instanceof Ode ode) {
            if (ode.start() == 0) {
                throw new UserException("ODE \"" + ode + "\" starts at an image, so it cannot generate one");
            }
            return freeing(() -> ode.generate(denoiser(), z));
        }
        return freeing(() -> walker().generate((Walk) path, z));
    }

    /**
     * Moves the given points along the path.
     *
     * @param x points at noise scale {@code path.start()}, [B,C,H,W]
     * @throws UserException if the path is not for this kind of model, or the model's results are not finite
     */
    public SampledPoints from(SamplingPath path, Tensor x) {
        require(path, model.config());
        model.requireInputs(x, labels);
        return freeing(() -> path instanceof Ode ode ? ode.from(denoiser(), x, noise) : walker().from((Walk) path, x));
    }

    /** Frees all but the points at the end, also if an evaluation throws while the caller has no scope open. */
    private static SampledPoints freeing(Supplier<SampledPoints> work) {
        return Scope.returning(() -> work.get().requireFinite(), SampledPoints::x);
    }

    /**
     * Checks that the model can follow a path.
     *
     * @throws UserException for a walk with a denoiser, a walk to a time other than 0 with a plain consistency model,
     *     or an ODE with a model that is not a denoiser
     */
    public static void require(SamplingPath path, ModelConfig model) {
        if (path instanceof Walk && !model.kind().walks()) {
            throw new UserException(
                    "walk \"" + path + "\": this model is a denoiser, which cannot follow walks; solve its ODE, or"
                            + " use a consistency model");
        }
        if (path instanceof Walk walk && model.kind() == ModelKind.CONSISTENCY) {
            requireMultistep(walk);
        }
        if (path instanceof Ode && model.kind().walks()) {
            throw new UserException(
                    "ODE \"" + path + "\": this model is not a denoiser, so it has no ODE; follow a walk, or use a"
                            + " model trained with the term edm-denoising");
        }
    }

    private static void requireMultistep(Walk walk) {
        for (Move move : walk.moves()) {
            if (move instanceof Move.Traverse && move.to() > 0) {
                String instead = walk.end() > 0
                        ? "to reach noise, use a bidirectional model"
                        : "go to 0 and add noise there, as \"80 > 0 +1.2 > 0\" does";
                throw new UserException("walk \"" + walk + "\": this model is a plain consistency model, which leads to"
                        + " 0 only, not to " + NoiseScale.text(move.to()) + "; " + instead);
            }
        }
    }

    private Walker walker() {
        return new Walker(traversal(), noise);
    }

    /** The consistency function f, evaluated by the model with the labels. */
    public Traversal traversal() {
        return (x, t, u) -> {
            listener.evaluating(x.size(0));
            return model.traverse(x, t, u, labels);
        };
    }

    private Denoiser denoiser() {
        return (x, sigma) -> {
            listener.evaluating(x.size(0));
            return model.denoise(x, sigma, labels);
        };
    }
}
