package org.bcm4j.reproduction;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.denoiser.DenoisingModel;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolver;
import org.bcm4j.metrics.NoiseFigures;
import org.bcm4j.model.ConsistencyModel;
import org.bcm4j.reproduction.TunedWalks.Kind;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.walk.Ode;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/**
 * Whether the noise that inversion finds is Gaussian (Fig. 16).
 *
 * @param images test images that are inverted
 */
public record NoiseStatistics(long images) implements Stage<NoiseStatistics.Result> {
    /** Heun's rule with 20 evaluations. */
    private static final Ode ODE = new Ode(new DeterministicSampler(OdeSolver.HEUN, 11), Ode.Direction.INVERT);

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
    public double evaluations() {
        return images * (TunedWalks.evaluations(EnumSet.of(Kind.INVERSION)) + ODE.nfe());
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
                DenoisingModel edm = bench.openDenoiser();
                SeededGenerator drawn = new SeededGenerator(0, bench.device());
                Scope scope = Scope.open()) {
            Tensor real = pictures.images(LongStream.range(0, images).toArray());
            for (Walk walk : bench.walks().of(Kind.INVERSION)) {
                rows.add(new Row(
                        "bcm, " + walk, NoiseFigures.of(bench.noises(bcm, walk, pictures, drawn::normal), real)));
            }
            rows.add(new Row("edm, " + ODE, NoiseFigures.of(bench.noises(edm, ODE, pictures, drawn::normal), real)));
            rows.add(new Row("drawn", NoiseFigures.of(drawn.normal(bcm.shape(images)), real)));
        }
        return new Result(provenance, rows);
    }
}
