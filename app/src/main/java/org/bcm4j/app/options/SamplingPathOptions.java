package org.bcm4j.app.options;

import java.nio.file.Path;
import org.bcm4j.model.ModelKind;
import org.bcm4j.walk.Ode;
import org.bcm4j.walk.Ode.Direction;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.Walk;
import picocli.CommandLine.Mixin;

/** The options for a path with a model of any kind: a walk, or for a denoiser its ODE. */
public final class SamplingPathOptions {
    @Mixin
    private final WalkOptions walks = new WalkOptions();

    @Mixin
    private final SamplerOptions samplers = new SamplerOptions();

    /** From noise to images. */
    public SamplingPath generation(ModelOptions model) {
        return isOde(model) ? ode(Direction.GENERATE) : walks.generation(model);
    }

    /** From noises that an inversion found to images. */
    public SamplingPath fromFoundNoise(ModelOptions model) {
        return isOde(model) ? ode(Direction.GENERATE) : walks.fromFoundNoise(model);
    }

    /** From images to noise. */
    public SamplingPath inversion(ModelOptions model) {
        return isOde(model) ? ode(Direction.INVERT) : walks.inversion(model);
    }

    /** From images to noise and back. */
    public SamplingPath roundTrip(ModelOptions model) {
        return isOde(model) ? ode(Direction.RECONSTRUCT) : walks.roundTrip(model);
    }

    private boolean isOde(ModelOptions model) {
        boolean denoiser = model.folder().config().kind() == ModelKind.DENOISER;
        if (denoiser) {
            walks.requireNone();
        } else {
            samplers.requireNone();
        }
        return denoiser;
    }

    private Ode ode(Direction direction) {
        return new Ode(samplers.one(), direction);
    }

    /** A command's last line: the file, the number of images, their path, their classes and the seed. */
    public static String summary(Path out, long count, SamplingPath path, Object classes, SeedOption seed) {
        return "wrote " + out + ": N = " + count + ", " + described(path) + ", " + classes + ", " + seed;
    }

    /** The kind of path, its text form and its evaluations. */
    private static String described(SamplingPath path) {
        return (path instanceof Walk ? "walk " : "ODE ") + path + " (" + path.nfe() + " NFE)";
    }
}
