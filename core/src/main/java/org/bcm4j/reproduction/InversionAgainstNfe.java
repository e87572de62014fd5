package org.bcm4j.reproduction;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolution;
import org.bcm4j.denoiser.OdeSolver;
import org.bcm4j.metrics.Interval;
import org.bcm4j.metrics.ReconstructionError;
import org.bcm4j.model.ConsistencyModel;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.reproduction.TunedWalks.Kind;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The reconstruction error against the number of evaluations of the inversion, for BCM and for the probability flow ODE of EDM's denoiser,
 * solved by Heun's, Euler's and DDIM's rules (Fig. 7). BCM generates again in one evaluation, the ODE by the solver that inverted.
 *
 * @param images test images for each seed
 * @param seeds how many, from 0; each looks at images of its own, which is all that the ODE's interval is made of
 */
public record InversionAgainstNfe(long images, int seeds) implements Stage<InversionAgainstNfe.Result> {
    private static final int[] ODE_EVALUATIONS = {2, 4, 10, 20, 40};
    private static final int BATCH = 100;

    /** What BCM's points are called. */
    static final String BCM = "bcm";

    /**
     * A way to invert.
     *
     * @param method {@code bcm}, or the ODE's {@code heun}, {@code euler}, {@code ddim}
     * @param nfe evaluations of the inversion
     * @param regenerationNfe evaluations of the way back
     * @param error mean squared, on [0,1]
     */
    public record Point(String method, String walk, int nfe, int regenerationNfe, Interval error) {}

    /** All ways. */
    public record Result(Provenance provenance, List<Point> points) implements StageResult {
        /** BCM's in {@code nfe} evaluations. */
        Point bcm(int nfe) {
            return points.stream()
                    .filter(point -> point.method().equals(BCM) && point.nfe() == nfe)
                    .findFirst()
                    .orElseThrow();
        }

        /** The ODE's in at most {@code nfe} evaluations. */
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
    public boolean usesTunedWalks() {
        return true;
    }

    @Override
    public Class<Result> resultType() {
        return Result.class;
    }

    @Override
    public Result measure(Bench bench, Provenance provenance) {
        List<Point> points = new ArrayList<>();
        try (ConsistencyModel bcm = bench.open(Run.BCM)) {
            for (Walk walk : bench.walks().of(Kind.INVERSION)) {
                Interval error = bench.reconstruction(bcm, walk, images, seeds);
                points.add(new Point(BCM, walk.toString(), walk.nfe(), 1, error));
            }
        }
        try (TrainedDenoiser edm = TrainedDenoiser.open(bench)) {
            for (OdeSolver solver : OdeSolver.values()) {
                for (int nfe : ODE_EVALUATIONS) {
                    int steps = solver == OdeSolver.HEUN ? nfe / 2 : nfe;
                    points.add(ode(bench, edm, new DeterministicSampler(solver, steps + 1)));
                }
            }
        }
        return new Result(provenance, points);
    }

    private Point ode(Bench bench, TrainedDenoiser edm, DeterministicSampler sampler) {
        String name = sampler.solver().name().toLowerCase(Locale.ROOT);
        int[] nfe = new int[2];
        Interval error = Bench.over(seeds, seed -> {
            LabelledImages part = bench.testImages(seed, images);
            ReconstructionError sum = new ReconstructionError();
            for (int first = 0; first < images; first += BATCH) {
                long[] indices =
                        LongStream.range(first, Math.min(images, first + BATCH)).toArray();
                try (Scope scope = Scope.open()) {
                    Tensor originals = bench.device().move(part.images(indices));
                    Optional<Tensor> labels = edm.labels(part, indices);
                    OdeSolution there = sampler.invert(edm.told(labels), originals);
                    Tensor noise = there.x().div(new Scalar(NoiseScales.SIGMA_MAX));
                    OdeSolution back = sampler.generate(edm.told(labels), noise);
                    sum.add(originals, back.x());
                    nfe[0] = there.nfe();
                    nfe[1] = back.nfe();
                }
                bench.listener().measured(name + ", " + sampler.points() + " points", first + indices.length, images);
            }
            return sum.meanSquared();
        });
        String points = sampler.points() + " points";
        return new Point(name, points, nfe[0], nfe[1], error);
    }
}
