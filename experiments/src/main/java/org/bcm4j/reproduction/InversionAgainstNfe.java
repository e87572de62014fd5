package org.bcm4j.reproduction;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolver;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.reproduction.TunedWalks.Kind;
import org.bcm4j.walk.Ode;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.Walk;

/**
 * The reconstruction error against the number of evaluations of the inversion (Fig. 7), for BCM and for the probability
 * flow ODE of EDM's denoiser, solved by Heun's rule and by DDIM's. BCM regenerates in one evaluation, the ODE with the
 * solver that inverted.
 *
 * @param images test images for each seed
 * @param seeds the number of seeds, from 0; each uses its own images. The ODE's interval comes only from these
 *     differences in images
 */
public record InversionAgainstNfe(long images, int seeds) implements Stage<InversionAgainstNfe.Result> {
    private static final List<OdeSolver> SOLVERS = List.of(OdeSolver.HEUN, OdeSolver.DDIM);
    private static final List<Integer> ODE_EVALUATIONS = List.of(2, 4, 10, 20);

    /** The method name of BCM's points. */
    static final String BCM = "bcm";

    /**
     * The figures of one method of inversion.
     *
     * @param method {@code bcm}, or the ODE's {@code heun}, {@code ddim}
     * @param nfe evaluations of the inversion
     * @param regenerationNfe evaluations of the path back
     * @param error mean squared error on [0,1]
     */
    public record Point(String method, String walk, int nfe, int regenerationNfe, ConfidenceInterval error) {}

    /** The figures of all methods. */
    public record Result(Provenance provenance, List<Point> points) implements StageResult {
        /** BCM's point with {@code nfe} evaluations. */
        Point bcm(int nfe) {
            return points.stream()
                    .filter(point -> point.method().equals(BCM) && point.nfe() == nfe)
                    .findFirst()
                    .orElseThrow();
        }

        /** The ODE's points with at most {@code nfe} evaluations. */
        List<Point> ode(int nfe) {
            return points.stream()
                    .filter(point -> !point.method().equals(BCM) && point.nfe() <= nfe)
                    .toList();
        }
    }

    @Override
    public String name() {
        return "inversion-against-nfe";
    }

    @Override
    public Set<Run> runs() {
        return EnumSet.of(Run.BCM, Run.EDM);
    }

    @Override
    public Class<Result> resultType() {
        return Result.class;
    }

    @Override
    public double evaluations() {
        double solved = 2.0
                * SOLVERS.size()
                * ODE_EVALUATIONS.stream().mapToInt(nfe -> nfe).sum();
        return seeds * images * (TunedWalks.evaluations(EnumSet.of(Kind.INVERSION)) + solved);
    }

    @Override
    public Result measure(Bench bench, Provenance provenance) {
        List<Point> points = new ArrayList<>();
        try (TrainedModel bcm = bench.open(Run.BCM)) {
            for (Walk walk : bench.walks().of(Kind.INVERSION)) {
                points.add(point(bench, BCM, bcm, walk));
            }
        }
        try (TrainedModel edm = bench.openDenoiser()) {
            for (OdeSolver solver : SOLVERS) {
                for (int nfe : ODE_EVALUATIONS) {
                    int steps = solver == OdeSolver.HEUN ? nfe / 2 : nfe;
                    Ode ode = new Ode(new DeterministicSampler(solver, steps + 1), Ode.Direction.INVERT);
                    points.add(point(bench, solver.name().toLowerCase(Locale.ROOT), edm, ode));
                }
            }
        }
        return new Result(provenance, points);
    }

    private Point point(Bench bench, String method, TrainedModel model, SamplingPath path) {
        ConfidenceInterval error = bench.reconstruction(model, path, images, seeds);
        return new Point(method, path.toString(), path.nfe(), path.toImages().nfe(), error);
    }
}
