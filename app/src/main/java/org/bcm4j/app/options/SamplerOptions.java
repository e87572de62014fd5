package org.bcm4j.app.options;

import java.util.List;
import java.util.stream.Stream;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolver;
import org.bcm4j.storage.UserException;
import picocli.CommandLine.Option;

/** The options for solving the ODE of a denoiser, the EDM baseline. */
public final class SamplerOptions {
    private static final int LEAST_STEPS = 2;
    private static final int MOST_STEPS = 10_000;

    @Option(
            names = "--sampler",
            split = ",",
            paramLabel = "heun|euler|ddim",
            description = "For a MODEL that is a denoiser: how to solve its ODE (default: heun).")
    private List<OdeSolver> solvers = List.of();

    @Option(
            names = "--steps",
            split = ",",
            paramLabel = "N",
            description =
                    "For a denoiser: in how many steps, as EDM counts them. Generation takes N evaluations and inversion N-1, heun 2N-1 and"
                            + " 2(N-1) (default: "
                            + DeterministicSampler.USUAL_POINTS + ").")
    private List<Integer> steps = List.of();

    /** Every given solver with every given number of steps. */
    public List<DeterministicSampler> all() {
        return (solvers.isEmpty() ? Stream.of(DeterministicSampler.USUAL_SOLVER) : solvers.stream())
                .flatMap(solver -> (steps.isEmpty() ? Stream.of(DeterministicSampler.USUAL_POINTS) : steps.stream())
                        .map(number -> sampler(solver, number)))
                .toList();
    }

    /** @throws UserException if several were given */
    DeterministicSampler one() {
        List<DeterministicSampler> given = all();
        if (given.size() > 1) {
            throw new UserException("--sampler and --steps: this command takes one of each; bcm eval takes several");
        }
        return given.get(0);
    }

    /** @throws UserException if one was given for a model that is not a denoiser */
    public void requireNone() {
        String given = solvers.isEmpty() ? "--steps" : "--sampler";
        if (!solvers.isEmpty() || !steps.isEmpty()) {
            throw new UserException(given + ": is for denoisers, but this model is not one; choose a walk with --walk");
        }
    }

    private static DeterministicSampler sampler(OdeSolver solver, int points) {
        if (points < LEAST_STEPS || points > MOST_STEPS) {
            throw new UserException("--steps " + points + ": choose from " + LEAST_STEPS + " to " + MOST_STEPS);
        }
        return new DeterministicSampler(solver, points);
    }
}
