package org.bcm4j.walk;

import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.walk.NoiseScale.LARGEST;

import java.util.Locale;
import java.util.Objects;
import org.bcm4j.denoiser.Denoiser;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolution;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The probability flow ODE of a denoiser, solved between images and noise of scale T. Its text form gives the noise
 * scales, the solver and the number of steps:
 *
 * <pre>{@code
 * 80 > 0, heun, 18 steps        generation, 35 NFE
 * 0 > 80, heun, 18 steps        inversion, 34 NFE
 * 0 > 80 > 0, heun, 18 steps    reconstruction, 69 NFE
 * 0 +0.03 > 80, heun, 18 steps  inversion from an image plus noise of scale 0.03,
 *                               on the grid points above 0.03, 30 NFE
 * }</pre>
 *
 * A real image lies on no trajectory of the diffusion. An image plus a little noise does, and the ODE leads it to a
 * point closer to noise.
 *
 * @param sampler solver and grid; the number of its points is EDM's number of steps
 * @param direction where the ODE leads
 * @param initialNoise scale of the noise added to an image before its inversion, in (0.002, 80); 0 for none
 */
public record Ode(DeterministicSampler sampler, Direction direction, double initialNoise) implements SamplingPath {
    /** The start and end of an ODE. */
    public enum Direction {
        /** From noise to images. */
        GENERATE,
        /** From images to noise. */
        INVERT,
        /** From images to noise and back to images. */
        RECONSTRUCT
    }

    /**
     * @throws IllegalArgumentException if the initial noise is not below T, or the direction is generation and it is
     *     not 0
     */
    public Ode {
        Objects.requireNonNull(sampler, "sampler");
        Objects.requireNonNull(direction, "direction");
        initialNoise = NoiseScale.canonical(initialNoise);
        if (initialNoise == LARGEST || (initialNoise > 0 && direction == Direction.GENERATE)) {
            throw new IllegalArgumentException(
                    "initial noise is for inversions, and below " + NoiseScale.text(LARGEST) + ", not " + initialNoise);
        }
    }

    /** An ODE without initial noise. */
    public Ode(DeterministicSampler sampler, Direction direction) {
        this(sampler, direction, 0);
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
            case INVERT -> sampler.inversionNfe(initialNoise);
            case RECONSTRUCT -> sampler.inversionNfe(initialNoise) + sampler.generationNfe();
        };
    }

    @Override
    public SamplingPath toImages() {
        if (direction != Direction.INVERT) {
            throw new IllegalArgumentException("\"" + this + "\" ends at images already");
        }
        return new Ode(sampler, Direction.GENERATE);
    }

    /**
     * Solves from points at the start, [B,C,H,W]. The result is float32, with the number of evaluations counted.
     *
     * @param noiseSource draws the initial noise, if there is any
     */
    SampledPoints from(Denoiser denoiser, Tensor x, NoiseSource noiseSource) {
        return switch (direction) {
            case GENERATE -> fromNoise(denoiser, x, 0);
            case INVERT -> arrival(invert(denoiser, x, noiseSource), 0);
            case RECONSTRUCT -> {
                OdeSolution noise = invert(denoiser, x, noiseSource);
                SampledPoints image = fromNoise(denoiser, noise.x(), noise.nfe());
                noise.x().close();
                yield image;
            }
        };
    }

    private OdeSolution invert(Denoiser denoiser, Tensor x, NoiseSource noiseSource) {
        if (initialNoise == 0) {
            return sampler.invert(denoiser, x);
        }
        Tensor noisy = Scope.returning(() -> x.add(noiseSource.normal(x.shape()), scalar(initialNoise)));
        OdeSolution solution = sampler.invert(denoiser, noisy, initialNoise);
        noisy.close();
        return solution;
    }

    /** Solves from points at T, after {@code before} evaluations. */
    private SampledPoints fromNoise(Denoiser denoiser, Tensor x, int before) {
        Tensor z = Scope.returning(() -> x.to(ScalarType.Double).div(scalar(LARGEST)));
        OdeSolution image = sampler.generate(denoiser, z);
        z.close();
        return arrival(image, before);
    }

    /** Solves from standard normal noise, [B,C,H,W]. */
    SampledPoints generate(Denoiser denoiser, Tensor z) {
        return arrival(sampler.generate(denoiser, z), 0);
    }

    private SampledPoints arrival(OdeSolution solution, int before) {
        Tensor x = Scope.returning(() -> solution.x().to(ScalarType.Float));
        solution.x().close();
        return new SampledPoints(x, NoiseScale.time(end()), before + solution.nfe());
    }

    @Override
    public String toString() {
        String ends = switch (direction) {
            case GENERATE -> "80 > 0";
            case INVERT -> image() + " > 80";
            case RECONSTRUCT -> image() + " > 80 > 0";
        };
        return ends + ", " + sampler.solver().name().toLowerCase(Locale.ROOT) + ", " + sampler.points() + " steps";
    }

    private String image() {
        return initialNoise == 0 ? "0" : "0 +" + NoiseScale.text(initialNoise);
    }
}
