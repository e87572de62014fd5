package org.bcm4j.reproduction;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolver;
import org.bcm4j.model.ConsistencyModel;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.reproduction.TunedWalks.Kind;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Whether the noise that inversion finds is Gaussian (Fig. 16).
 *
 * @param images test images that are inverted
 */
public record NoiseStatistics(long images) implements Stage<NoiseStatistics.Result> {
    /** Heun's rule with 20 evaluations. */
    private static final DeterministicSampler ODE = new DeterministicSampler(OdeSolver.HEUN, 11);

    /**
     * Some noises.
     *
     * @param source what they come from
     */
    public record Row(String source, NoiseFigures figures) {}

    /** BCM's by evaluations, the ODE's, and drawn ones for comparison. */
    public record Result(Provenance provenance, List<Row> rows) implements StageResult {}

    @Override
    public String name() {
        return "noise-statistics";
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
        LabelledImages pictures = bench.testImages(0, images);
        List<Row> rows = new ArrayList<>();
        try (ConsistencyModel bcm = bench.open(Run.BCM);
                TrainedDenoiser edm = TrainedDenoiser.open(bench);
                SeededGenerator drawn = new SeededGenerator(0, bench.device());
                Scope scope = Scope.open()) {
            for (Walk walk : bench.walks().of(Kind.INVERSION)) {
                Tensor noises = InvertedNoises.of(bench, bcm, walk, pictures, drawn::normal);
                rows.add(new Row("bcm, " + walk, NoiseFigures.of(noises)));
            }
            long[] indices = LongStream.range(0, images).toArray();
            Tensor latents = ODE.invert(
                            edm.told(edm.labels(pictures, indices)), bench.device().move(pictures.images(indices)))
                    .x();
            rows.add(new Row(
                    "edm, heun, 20 NFE", NoiseFigures.of(latents.div(new Scalar(NoiseScales.SIGMA_MAX)))));
            rows.add(new Row("drawn", NoiseFigures.of(drawn.normal(bcm.shape(images)))));
        }
        return new Result(provenance, rows);
    }
}
