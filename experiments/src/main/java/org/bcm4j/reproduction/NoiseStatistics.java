package org.bcm4j.reproduction;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolver;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.metrics.noise.NoiseQuality;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.reproduction.TunedWalks.Kind;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.Ode;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/**
 * Whether the noise that inversion finds is Gaussian (Fig. 16), compared with drawn noise and with the noise to which
 * the ODE of EDM's denoiser leads. Even the true trajectory gives no perfect noise, because it maps the structure of
 * the image.
 *
 * @param images test images that are inverted for each seed
 * @param seeds the number of seeds, from 0; each uses its own images
 */
public record NoiseStatistics(long images, int seeds) implements Stage<NoiseStatistics.Result> {
    /** Heun's rule on a grid of 22 points, of which those above the small initial noise are used. */
    private static final Ode ODE =
            new Ode(new DeterministicSampler(OdeSolver.HEUN, 22), Ode.Direction.INVERT, /* initialNoise */ 0.03);

    /**
     * The figures of one source of noises.
     *
     * @param source the source of the noises
     * @param samplingPath the text form of the inversion's path; "drawn" for drawn noises
     * @param nfe network function evaluations of the inversion; 0 for drawn noises
     * @param bySeed the figures for each seed
     */
    public record Row(Source source, String samplingPath, int nfe, List<NoiseQuality> bySeed) {
        /** A figure over seeds. */
        public ConfidenceInterval figure(ToDoubleFunction<NoiseFigures> figure) {
            return ConfidenceInterval.of(bySeed.stream()
                    .map(NoiseQuality::figures)
                    .mapToDouble(figure)
                    .toArray());
        }

        /** How often a classifier finds the class from the noise; absent for images without classes. */
        public Optional<ConfidenceInterval> classLeak() {
            double[] leaks = bySeed.stream()
                    .flatMap(quality -> quality.classLeak().stream())
                    .mapToDouble(leak -> leak)
                    .toArray();
            return leaks.length == bySeed.size() ? Optional.of(ConfidenceInterval.of(leaks)) : Optional.empty();
        }
    }

    /** The sources of noises. */
    public enum Source {
        BCM,
        ODE,
        DRAWN
    }

    /** The figures of BCM by number of evaluations, of the ODE, and of drawn noises for comparison. */
    public record Result(Provenance provenance, List<Row> rows) implements StageResult {
        /** BCM's row with {@code nfe} evaluations. */
        Row bcm(int nfe) {
            return rows.stream()
                    .filter(row -> row.source() == Source.BCM && row.nfe() == nfe)
                    .findFirst()
                    .orElseThrow();
        }

        Row ode() {
            return of(Source.ODE);
        }

        Row drawn() {
            return of(Source.DRAWN);
        }

        private Row of(Source source) {
            return rows.stream()
                    .filter(row -> row.source() == source)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Override
    public String name() {
        return "noise-statistics";
    }

    @Override
    public Set<Run> runs() {
        return EnumSet.of(Run.BCM, Run.EDM);
    }

    @Override
    public double evaluations() {
        return (double) seeds * images * (TunedWalks.evaluations(EnumSet.of(Kind.INVERSION)) + ODE.nfe());
    }

    @Override
    public Class<Result> resultType() {
        return Result.class;
    }

    @Override
    public Result measure(Bench bench, Provenance provenance) {
        List<Row> rows = new ArrayList<>();
        try (TrainedModel bcm = bench.open(Run.BCM);
                TrainedModel edm = bench.openDenoiser()) {
            for (Walk walk : bench.walks().of(Kind.INVERSION)) {
                rows.add(row(bench, Source.BCM, bcm, walk));
            }
            rows.add(row(bench, Source.ODE, edm, ODE));
        }
        rows.add(new Row(
                Source.DRAWN,
                "drawn",
                0,
                bySeed(seed -> NoiseQuality.ofDrawn(bench.testImages(seed, images), images, seed))));
        return new Result(provenance, rows);
    }

    private Row row(Bench bench, Source source, TrainedModel model, SamplingPath path) {
        return new Row(source, path.toString(), path.nfe(), bySeed(seed -> {
            try (Scope scope = Scope.open()) {
                LabelledImages pictures = bench.testImages(seed, images);
                Tensor noises =
                        bench.noises(model, path, pictures, first -> ImageNoise.from(seed, first, bench.device()));
                return NoiseQuality.of(noises, pictures, seed);
            }
        }));
    }

    private List<NoiseQuality> bySeed(LongFunction<NoiseQuality> measure) {
        return LongStream.range(0, seeds).mapToObj(measure).toList();
    }
}
