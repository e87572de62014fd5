package org.bcm4j.reproduction;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.editing.Interpolation;
import org.bcm4j.metrics.evaluation.InterpolationQuality;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.reproduction.TunedWalks.Kind;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.NoiseSource;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/**
 * Images half-way between two real ones, whose inversions began with different noises or with the same noise (Fig. 19).
 * They are inverted in three evaluations and generated in two.
 *
 * @param pairs pairs for each seed
 * @param seeds the number of seeds, from 0
 */
public record Midpoints(long pairs, int seeds) implements Stage<Midpoints.Result> {
    private static final int INVERSION_NFE = 3;
    private static final int GENERATION_NFE = 2;
    private static final long DRAWN_PAIRS = 4;
    private static final int FRAMES = 8;

    /**
     * The figures with different noises and with shared noise.
     *
     * @param different Fréchet distance of the midpoints from test images, relative to blurred ones, with different
     *     initial noises
     * @param shared the same with shared initial noise
     */
    public record Result(
            Provenance provenance,
            String inversion,
            String generation,
            ConfidenceInterval different,
            ConfidenceInterval shared)
            implements StageResult {}

    @Override
    public String name() {
        return "midpoints";
    }

    @Override
    public Set<Run> runs() {
        return EnumSet.of(Run.BCM);
    }

    @Override
    public double evaluations() {
        return 2.0 * seeds * pairs * (2 * INVERSION_NFE + 3 * GENERATION_NFE + 2);
    }

    @Override
    public Class<Result> resultType() {
        return Result.class;
    }

    @Override
    public Result measure(Bench bench, Provenance provenance) {
        Walk inversion = bench.walks().of(Kind.INVERSION, INVERSION_NFE);
        Walk generation = bench.walks().of(Kind.ANCESTRAL, GENERATION_NFE);
        try (TrainedModel bcm = bench.open(Run.BCM)) {
            draw(bench, bcm, inversion, generation);
            return new Result(
                    provenance,
                    inversion.toString(),
                    generation.toString(),
                    distance(bench, bcm, inversion, generation, InterpolationQuality.InitialNoise.DIFFERENT),
                    distance(bench, bcm, inversion, generation, InterpolationQuality.InitialNoise.SHARED));
        }
    }

    /**
     * Draws the interpolations between the first pairs of test images: for each pair one row with different noises, and
     * one with the same.
     */
    private void draw(Bench bench, TrainedModel bcm, Walk inversion, Walk generation) {
        try (Scope scope = Scope.open()) {
            long count = Math.min(DRAWN_PAIRS, pairs);
            LabelledImages images = bench.testImages(0, 2 * count);
            List<Tensor> rows = new ArrayList<>();
            NoiseSource different = ImageNoise.from(0, 0, bench.device());
            NoiseSource shared = ImageNoise.of(0, new long[(int) (2 * count)], bench.device());
            Tensor real = bench.device()
                    .move(images.images(LongStream.range(0, 2 * count).toArray()));
            List<Tensor> found = Stream.of(different, shared)
                    .map(source -> new PathSampler(bcm, Optional.empty(), source)
                            .from(inversion, real)
                            .x())
                    .toList();
            for (long i = 0; i < count; i++) {
                for (Tensor noises : found) {
                    Tensor ends = noises.narrow(0, 2 * i, 2).div(scalar(inversion.end()));
                    Tensor between = new PathSampler(bcm, Optional.empty(), different)
                            .generate(generation, Interpolation.slerp(ends, FRAMES))
                            .x();
                    rows.add(real.narrow(0, 2 * i, 1));
                    rows.add(between);
                    rows.add(real.narrow(0, 2 * i + 1, 1));
                }
            }
            bench.picture(name(), cat(0, rows.toArray(Tensor[]::new)), FRAMES + 2);
        }
    }

    private ConfidenceInterval distance(
            Bench bench, TrainedModel bcm, Walk inversion, Walk generation, InterpolationQuality.InitialNoise noise) {
        return Bench.over(
                seeds,
                seed -> new InterpolationQuality(
                                bcm,
                                bench.features(),
                                bench.realTest(),
                                bench.testImages(seed, 2 * pairs),
                                pairs,
                                seed,
                                bench.measuring())
                        .of(
                                new InterpolationQuality.SamplingPaths(inversion, generation),
                                InterpolationQuality.Pairs.ANY,
                                noise)
                        .midpoints()
                        .relativeToBlurred());
    }
}
