package org.bcm4j.training.terms;

import static org.bcm4j.config.Requirement.require;
import static org.bcm4j.model.NoiseScales.SIGMA_MIN;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.Map;
import org.bcm4j.config.Default;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.training.terms.TermInputs.Place;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains f directly on its definition: on a PF ODE trajectory of a denoiser, f maps every point to every other point.
 *
 * <pre>
 *   L_traj = λ · d( f_θ(x_t, t, u)/c, x_u/c ),   c = |c_out(t, u)|
 * </pre>
 *
 * <p>The denoiser is the model itself as it was when its stage began, or the first of several stages in a row that have
 * this term. So a stage of {@link Denoising} comes before.
 * Half of the trajectories lead from diffused images up to T, and half lead from noise down to images
 * ({@link TrajectorySolver}). Division by c compares the network's raw output, which has unit variance, equally at all
 * times. With points of one true trajectory the paper's Eq. 7 and 8 hold as they stand; this term is their shortest
 * form. Dropout masks of the pairs depend on the number of parts of a batch, which changes nothing else.
 *
 * @param weight λ
 * @param share the number of trajectories as a share of the batch, in (0, 1]
 * @param reuse the number of steps in a row that draw pairs from the same trajectories, which are solved in the first
 *     of them. With a larger share and fewer pairs the same number of trajectories is solved in larger batches, which is
 *     faster
 * @param points the number of points of a trajectory from its start to its end, at least 3
 * @param pairs the number of pairs (t, u) that a step draws from each trajectory
 * @param endPairs share, in [0, 1], of the pairs that lead to an end: half of them to time 0, half to T. Of these pairs
 *     the same share starts from the other end. No pair starts at time 0, where the noise, of scale σ_min, is too small
 *     to be seen
 */
public record TrajectoryMatching(
        @Default("1.0") double weight,
        @Default("0.125") double share,
        @Default("1") int reuse,
        @Default("20") int points,
        @Default("8") int pairs,
        @Default("0.6") double endPairs)
        implements LossTerm {
    /** The number of random numbers for a pair. */
    private static final int DRAWS = 4;

    /** How many quantiles of the solver's random times stand for all of them where pairs are counted. */
    private static final int QUANTILES = 16;

    public TrajectoryMatching {
        require(weight > 0, "weight", "must be positive, is " + weight);
        require(share > 0 && share <= 1, "share", "must lie in (0,1], is " + share);
        require(reuse >= 1, "reuse", "must be positive, is " + reuse);
        require(points >= 3, "points", "must be at least 3, is " + points);
        require(pairs >= 1, "pairs", "must be positive, is " + pairs);
        require(endPairs >= 0 && endPairs <= 1, "end_pairs", "must lie in [0,1], is " + endPairs);
    }

    @Override
    public String name() {
        return "trajectory-matching";
    }

    @Override
    public boolean trains(ModelKind model) {
        return model.isBidirectional();
    }

    @Override
    public StepCost cost(NetworkConfig network) {
        return new StepCost(
                share
                        * (TrajectorySolver.evaluations(points) * StepCost.THERE / reuse
                                + pairs * StepCost.THERE_AND_BACK),
                share * Math.max(1, pairs));
    }

    @Override
    public TermState open(TermSetting setting) {
        return new Teacher(setting.layout(), setting.device());
    }

    @Override
    public Loss apply(TermInputs inputs) {
        Share own = inputs.share(share);
        return own.count() == 0
                ? Loss.none(inputs.device(), "trajectory")
                : of(inputs.f(), drawPairs(inputs, trajectories(inputs, own.count())), inputs.distance())
                        .times(own.weight());
    }

    private Trajectories trajectories(TermInputs inputs, int count) {
        Teacher teacher = (Teacher) inputs.state();
        Place here = inputs.place();
        Place start = new Place(here.batch() - here.batch() % reuse, here.part(), here.parts());
        return teacher.trajectories(
                start,
                () -> new TrajectorySolver(inputs.f().f(), teacher.weights(), points, inputs.device())
                        .solve(
                                start.equals(here)
                                        ? inputs.examples()
                                        : inputs.earlier().apply(start.batch()),
                                count));
    }

    @Override
    public void cover(TimeCoverage coverage) {
        for (int i = 0; i < QUANTILES; i++) {
            double[] times = new double[points + 1];
            times[0] = SIGMA_MIN;
            double quantile = (i + 0.5) / QUANTILES;
            System.arraycopy(TrajectorySolver.gridAt(points, quantile), 0, times, 1, points);
            cover(coverage, times, share * pairs / QUANTILES);
        }
    }

    /** Counts the pairs of one trajectory, as {@link #drawPairs} draws them. */
    private void cover(TimeCoverage coverage, double[] times, double images) {
        int last = points;
        for (int end : new int[] {0, last}) {
            double toEnd = images * endPairs / 2;
            coverage.add(times[Math.max(1, last - end)], times[end], toEnd * endPairs);
            addFromOthers(coverage, times, end, toEnd * (1 - endPairs));
        }
        for (int to = 1; to < last; to++) {
            addFromOthers(coverage, times, to, images * (1 - endPairs) / (last - 1));
        }
    }

    private static void addFromOthers(TimeCoverage coverage, double[] times, int to, double images) {
        int choices = to == 0 ? times.length - 1 : times.length - 2;
        for (int from = 1; from < times.length; from++) {
            if (from != to) {
                coverage.add(times[from], times[to], images / choices);
            }
        }
    }

    /** Draws pairs of points, each pair from one trajectory. */
    private TrajectoryPairs drawPairs(TermInputs inputs, Trajectories trajectories) {
        int count = pairs * trajectories.count();
        int each = DRAWS * pairs;
        double[] uniform = inputs.random().uniforms(trajectories.count(), each);
        int[] from = new int[count];
        int[] to = new int[count];
        int last = trajectories.points() - 1;
        for (int i = 0; i < count; i++) {
            int at = i % trajectories.count() * each + i / trajectories.count() * DRAWS;
            boolean toAnEnd = uniform[at] < endPairs;
            int end = uniform[at + 1] < 0.5 ? 0 : last;
            to[i] = toAnEnd ? end : 1 + (int) (uniform[at + 1] * (last - 1));
            boolean fromTheOther = toAnEnd && uniform[at + 2] < endPairs;
            from[i] = fromTheOther ? Math.max(1, last - end) : otherThan(to[i], uniform[at + 3], last);
        }
        return trajectories.pairs(from, to, inputs.device());
    }

    /** One of the points 1 to {@code last} except {@code excluded}, at quantile {@code uniform}. */
    private static int otherThan(int excluded, double uniform, int last) {
        int choices = excluded == 0 ? last : last - 1;
        int place = 1 + (int) (uniform * choices);
        return excluded == 0 || place < excluded ? place : place + 1;
    }

    /** The loss of given pairs. */
    public Loss of(TrainedFunction f, TrajectoryPairs pairs, PseudoHuber distance) {
        Tensor size = f.f().kind().out(f.livePass(), pairs.t(), pairs.u()).abs().view(-1, 1, 1, 1);
        Tensor estimate = f.live(pairs.from(), pairs.t(), pairs.u(), pairs.labels());
        Tensor trajectory =
                distance.apply(estimate.div(size), pairs.to().div(size)).mean();
        return new Loss(trajectory.mul(scalar(weight)), Map.of("trajectory", trajectory));
    }
}
