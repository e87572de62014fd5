package org.bcm4j.training.terms;

import static org.bcm4j.config.Requirement.require;
import static org.bcm4j.model.NoiseScales.SIGMA_DATA;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.config.Default;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.network.NetworkConfig;
import org.bytedeco.pytorch.Tensor;

/**
 * Inversion consistency (docs/method.md §4b): adjacent points of a trajectory, t_n &lt; t_{n+1} ≤ u, have the same
 * noise at u.
 *
 * <pre>
 *   L_inv = λ · t_{n+1}/(t_{n+1} − t_n) · d( f_θ(x_n, t_n, u)/s(u), sg f_θ(x_{n+1}, t_{n+1}, u)/s(u) )
 *   s(u)  = √(u² + σ_data²)
 * </pre>
 *
 * <p>Consistency training anchors f at the image, where f(x, σ_min, 0) is x. This term anchors it at the noise, where
 * f(x, u, u) is x. The noisier point is the target because it is nearer to u. The paper's objective has no such term:
 * its soft term only asks for an inverse that generation decodes. Intervals are drawn uniformly from the grid.
 *
 * @param weight λ
 * @param share share of a batch, in (0, 1], for which the term is computed
 * @param endTargets share, in [0, 1], of the targets u = T. The others are drawn uniformly from the grid's points
 *     t_{n+1} and above
 */
public record InversionConsistency(
        @Default("1.0") double weight,
        @Default("1.0") double share,
        @Default("0.75") double endTargets) implements LossTerm {
    public InversionConsistency {
        require(weight > 0, "weight", "must be positive, is " + weight);
        require(share > 0 && share <= 1, "share", "must lie in (0,1], is " + share);
        require(endTargets >= 0 && endTargets <= 1, "end_targets", "must lie in [0,1], is " + endTargets);
    }

    /** The term with the defaults of a configuration. */
    public static InversionConsistency usual() {
        return new InversionConsistency(1, 1, 0.75);
    }

    @Override
    public String name() {
        return "inversion-consistency";
    }

    @Override
    public boolean trains(ModelKind model) {
        return model.isBidirectional();
    }

    @Override
    public StepCost cost(NetworkConfig network) {
        return new StepCost(share * (StepCost.THERE + StepCost.THERE_AND_BACK), share * 2);
    }

    @Override
    public void cover(TimeCoverage coverage) {
        TimeGrid grid = coverage.grid();
        int last = grid.points() - 1;
        for (int lower = 0; lower < last; lower++) {
            double own = share / last;
            coverage.add(grid.time(lower), grid.time(last), own * endTargets);
            int targets = last - lower;
            for (int target = lower + 1; target <= last; target++) {
                coverage.add(grid.time(lower), grid.time(target), own * (1 - endTargets) / targets);
            }
        }
    }

    @Override
    public Loss apply(TermInputs inputs) {
        Share own = inputs.share(share);
        return own.count() == 0
                ? Loss.none(inputs.device(), "inversion")
                : of(inputs.f(), inputs.draw(times(inputs, own.count())), inputs.distance())
                        .times(own.weight());
    }

    private DrawnTimes times(TermInputs inputs, int count) {
        TimeGrid grid = inputs.grid();
        int last = grid.points() - 1;
        double[] uniform = inputs.random().uniforms(count, 3);
        int[] lower = new int[count];
        int[] upper = new int[count];
        int[] target = new int[count];
        for (int i = 0; i < count; i++) {
            lower[i] = (int) (uniform[3 * i] * last);
            upper[i] = lower[i] + 1;
            boolean toTheEnd = uniform[3 * i + 1] < endTargets;
            target[i] = toTheEnd ? last : upper[i] + (int) (uniform[3 * i + 2] * (last - upper[i] + 1));
        }
        return DrawnTimes.on(
                inputs.device(), times(grid, upper), times(grid, lower), times(grid, target), Optional.empty());
    }

    private static double[] times(TimeGrid grid, int[] indices) {
        return Arrays.stream(indices).mapToDouble(grid::time).toArray();
    }

    /** The loss of given draws. Every u must be at least t_{n+1}. */
    public Loss of(TrainedFunction f, TrainingBatch example, PseudoHuber distance) {
        Tensor target = f.target(example.upper(), example.tNext(), example.u(), example.labels());
        Tensor estimate = f.live(example.lower(), example.t(), example.u(), example.labels());
        Tensor size =
                example.u().square().add(scalar(SIGMA_DATA * SIGMA_DATA)).sqrt().view(-1, 1, 1, 1);
        Tensor interval = example.tNext().div(example.tNext().sub(example.t()));
        Tensor inversion = distance.apply(estimate.div(size), target.div(size))
                .mul(interval)
                .mean();
        return new Loss(inversion.mul(scalar(weight)), Map.of("inversion", inversion));
    }
}
