package org.bcm4j.training.terms;

import static org.bcm4j.config.Requirement.require;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.Map;
import java.util.Optional;
import org.bcm4j.config.Default;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.NetworkConfig;
import org.bytedeco.pytorch.Tensor;

/**
 * Bidirectional consistency training (Eq. 10): L = mean(L_CT) + mean(L_soft) with
 *
 * <pre>
 *   target = sg f_θ(x_n, t_n, 0)
 *   L_CT   = 1/|t_{n+1} − t_n| · d( f_θ(x_{n+1}, t_{n+1}, 0), target )                       Eq. 6
 *   L_soft = 1/|t_{n+1} − u|   · d( f_{sg θ}( f_θ(x_{n+1}, t_{n+1}, u), u, 0 ), target )      Eq. 9
 * </pre>
 *
 * @param softTarget the target of the soft term
 * @param consistencyTerm whether L_CT is part of the loss; the paper's ablation without it fails to converge
 * @param consistencyWeightFloor lower bound of L_CT's weight. 0 keeps the paper's 1/|t_{n+1} − t_n|, where an interval
 *     that ends at T counts for a hundredth of one at the image
 * @param softWeightFloor lower bound of L_soft's weight. 0 keeps the paper's 1/|t_{n+1} − u|, where a long inversion
 *     counts for 1/80 of an image's error
 * @param softShare share of a batch, in (0, 1], for which L_soft is computed. 1 is the paper's. A smaller share
 *     estimates the same loss from fewer images; a step at 1/4 costs little more than half
 * @param times laws of the drawn times
 * @param softTimes laws of the drawn times for the images of the soft term, if they differ from {@code times}. L_CT is
 *     then reweighted so that it stays the one under {@code times}
 */
public record BidirectionalConsistency(
        @Default("eq9") SoftTarget softTarget,
        @Default("true") boolean consistencyTerm,
        @Default("0.0") double consistencyWeightFloor,
        @Default("0.0") double softWeightFloor,
        @Default("1.0") double softShare,
        @Default("{}") IntervalLaw.Settings times,
        Optional<IntervalLaw.Settings> softTimes)
        implements LossTerm {

    public BidirectionalConsistency {
        require(softShare > 0 && softShare <= 1, "soft_share", "must lie in (0,1], is " + softShare);
        require(
                softTimes.isEmpty() || softShare < 1,
                "soft_times",
                "needs a soft_share below 1: the other images keep the consistency term's law");
    }

    /** The target of L_soft. */
    public enum SoftTarget {
        /** sg f_θ(x_n, t_n, 0): the paper's choice. */
        EQ9,
        /**
         * sg f_θ(x_u, u, 0) with x_u = x + u·z: the paper's ablation, which fails because x_t and x_u share no
         * trajectory.
         */
        EQ8
    }

    /** The parts of the loss, by their names in the log. */
    private static final String CONSISTENCY = "consistency";

    private static final String SOFT = "soft";

    /** The paper's loss. */
    public static BidirectionalConsistency paper() {
        return of(SoftTarget.EQ9, true);
    }

    /** The paper's loss or one of its ablations. */
    public static BidirectionalConsistency of(SoftTarget softTarget, boolean consistencyTerm) {
        IntervalLaw.Settings times = IntervalLaw.Settings.paper(IntervalLaw.EndPoints.INCLUDED);
        return new BidirectionalConsistency(softTarget, consistencyTerm, 0, 0, 1, times, Optional.empty());
    }

    @Override
    public String name() {
        return "bidirectional-consistency";
    }

    @Override
    public boolean trains(ModelKind model) {
        return model.isBidirectional();
    }

    /** The cost of the target, of the student for its two destinations, and of the outer pass with constant weights. */
    @Override
    public StepCost cost(NetworkConfig network) {
        double targets = softTarget == SoftTarget.EQ8 ? 1 + softShare : 1;
        double student = 1 + softShare;
        return new StepCost(
                StepCost.THERE * targets
                        + StepCost.THERE_AND_BACK * student
                        + StepCost.THERE_AND_BACK_TO_INPUT * softShare,
                targets + student + softShare);
    }

    @Override
    public void cover(TimeCoverage coverage) {
        if (consistencyTerm) {
            coverage.addToTimeZero(times, 1 - softShare);
            coverage.addToTimeZero(softTimes.orElse(times), softShare);
        }
        coverage.addToTargets(softTimes.orElse(times), softShare);
    }

    @Override
    public Loss apply(TermInputs inputs) {
        Share soft = inputs.share(softShare);
        TrainingBatch all = inputs.draw(times, softTimes, soft);
        return soft.count() == 0
                ? withoutSoftTerm(inputs, all)
                : of(inputs.f(), new SoftBatch(all, soft.count(), soft.weight()), inputs.distance());
    }

    /** The loss of a part of a batch that has no images for the soft term. */
    private Loss withoutSoftTerm(TermInputs inputs, TrainingBatch example) {
        Loss none = Loss.none(inputs.device(), CONSISTENCY, SOFT);
        if (!consistencyTerm) {
            return none;
        }
        TrainedFunction f = inputs.f();
        Tensor target = f.target(example.lower(), example.t(), example.timeZero(), example.labels());
        Tensor atZero = f.live(example.upper(), example.tNext(), example.timeZero(), example.labels());
        Tensor consistency = consistency(example, atZero, target, inputs.distance());
        return new Loss(consistency, Map.of(CONSISTENCY, consistency, SOFT, none.total()));
    }

    /** L_CT, with each image weighted for the law from which its interval was drawn. */
    private Tensor consistency(TrainingBatch example, Tensor atZero, Tensor target, PseudoHuber distance) {
        Tensor weight = Consistency.weight(example.tNext(), example.t(), consistencyWeightFloor);
        return distance.apply(atZero, target)
                .mul(example.importance().map(weight::mul).orElse(weight))
                .mean();
    }

    /** The loss of given draws. */
    public Loss of(TrainedFunction f, SoftBatch batch, PseudoHuber distance) {
        TrainingBatch example = batch.all();
        int softImages = batch.softImages();
        Tensor target = f.target(example.lower(), example.t(), example.timeZero(), example.labels());
        TrainingBatch inverted = batch.soft();

        // One network call serves both destinations of the student: (x_{n+1}, t_{n+1}) to time 0 and to u.
        Tensor both = f.live(
                TrainingBatch.joined(example.upper(), inverted.upper()),
                TrainingBatch.joined(example.tNext(), inverted.tNext()),
                TrainingBatch.joined(example.timeZero(), inverted.u()),
                example.labels()
                        .map(labels ->
                                TrainingBatch.joined(labels, inverted.labels().orElseThrow())));
        Tensor atZero = both.narrow(0, 0, target.size(0));
        Tensor atU = both.narrow(0, target.size(0), softImages);

        // The weights of the outer pass are constants. The gradient flows through its input.
        Tensor throughU = f.constant(atU, inverted.u(), inverted.timeZero(), inverted.labels());
        Tensor softTargets = softTarget == SoftTarget.EQ9
                ? target.narrow(0, 0, softImages)
                : f.target(inverted.diffused(inverted.u()), inverted.u(), inverted.timeZero(), inverted.labels());

        Tensor consistency = consistency(example, atZero, target, distance);
        Tensor soft = distance.apply(throughU, softTargets)
                .mul(Consistency.weight(inverted.tNext(), inverted.u(), softWeightFloor))
                .mean()
                .mul(scalar(batch.softWeight()));
        return new Loss(consistencyTerm ? consistency.add(soft) : soft, Map.of(CONSISTENCY, consistency, SOFT, soft));
    }
}
