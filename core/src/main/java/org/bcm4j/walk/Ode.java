package org.bcm4j.walk;

import static org.bcm4j.walk.NoiseScale.LARGEST;

import java.util.Locale;
import java.util.Objects;
import org.bcm4j.denoiser.Denoiser;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolution;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The probability flow ODE of a denoiser, solved between images and noise of scale T. Its text form is where it leads, and how:
 *
 * <pre>{@code
 * 80 > 0, heun, 18 steps       generation, 35 NFE
 * 0 > 80, heun, 18 steps       inversion, 34 NFE
 * 0 > 80 > 0, heun, 18 steps   reconstruction, 69 NFE
 * }</pre>
 *
 * @param sampler solver and grid; its points are EDM's number of steps
 * @param direction where it leads
 */
public record Ode(DeterministicSampler sampler, Direction direction) implements Way {
    /** Between which ends an ODE is solved. */
    public enum Direction {
        /** From noise to images. */
        GENERATE,
        /** From images to noise. */
        INVERT,
        /** From images to noise, and from there to images. */
        RECONSTRUCT
    }

    public Ode {
        Objects.requireNonNull(sampler, "sampler");
        Objects.requireNonNull(direction, "direction");
    }

    @Override
    public double start() {
        return direction == Direction.GENERATE ? LARGEST : 0;
    }

    @Override
    public double end() {
        return direction == Direction.INVERT ? LARGEST : 0;
    }

    @Override
    public int nfe() {
        return switch (direction) {
            case GENERATE -> sampler.generationNfe();
            case INVERT -> sampler.inversionNfe();
            case RECONSTRUCT -> sampler.inversionNfe() + sampler.generationNfe();
        };
    }

    @Override
    public Way toImages() {
        if (direction != Direction.INVERT) {
            throw new IllegalArgumentException("\"" + this + "\" is at images already");
        }
        return new Ode(sampler, Direction.GENERATE);
    }

    /** From points at the start, [B,C,H,W], to those at the end, float32, and the evaluations as they were counted. */
    Arrival from(Denoiser denoiser, Tensor x) {
        return switch (direction) {
            case GENERATE -> fromNoise(denoiser, x, 0);
            case INVERT -> arrival(sampler.invert(denoiser, x), 0);
            case RECONSTRUCT -> {
                OdeSolution noise = sampler.invert(denoiser, x);
                Arrival image = fromNoise(denoiser, noise.x(), noise.nfe());
                noise.x().close();
                yield image;
            }
        };
    }

    /** From points at T, after {@code before} evaluations. */
    private Arrival fromNoise(Denoiser denoiser, Tensor x, int before) {
        Tensor z = Scope.returning(() -> x.to(ScalarType.Double).div(new Scalar(LARGEST)));
        OdeSolution image = sampler.generate(denoiser, z);
        z.close();
        return arrival(image, before);
    }

    /** From noise, standard normal, [B,C,H,W]. */
    Arrival generate(Denoiser denoiser, Tensor z) {
        return arrival(sampler.generate(denoiser, z), 0);
    }

    private Arrival arrival(OdeSolution solution, int before) {
        Tensor x = Scope.returning(() -> solution.x().to(ScalarType.Float));
        solution.x().close();
        return new Arrival(x, NoiseScale.time(end()), before + solution.nfe());
    }

    @Override
    public String toString() {
        String ends = switch (direction) {
            case GENERATE -> "80 > 0";
            case INVERT -> "0 > 80";
            case RECONSTRUCT -> "0 > 80 > 0";
        };
        return ends + ", " + sampler.solver().name().toLowerCase(Locale.ROOT) + ", " + sampler.points() + " steps";
    }
}
