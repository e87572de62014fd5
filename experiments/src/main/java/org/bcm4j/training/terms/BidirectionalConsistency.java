package org.bcm4j.training.terms;

import static org.bcm4j.config.Requirement.require;

import java.util.Map;
import java.util.Optional;
import org.bcm4j.config.Default;
import org.bcm4j.model.ModelKind;
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
 * @param softTarget what the soft term compares with
 * @param consistencyTerm whether L_CT is part of the loss; the paper's ablation without it fails to converge
 * @param consistencyWeightFloor L_CT's weight is at least this: 0 is the paper's 1/|t_{n+1} − t_n|, by which an interval that ends at T
 *     counts for a hundredth of one at the image
 * @param softWeightFloor L_soft's weight is at least this: 0 is the paper's 1/|t_{n+1} − u|, by which a long inversion counts for 1/80
 *     of an image's error
 * @param softShare the share of a batch, in (0, 1], for which L_soft is computed: 1 is the paper's; less estimates the same loss from fewer
 *     images, and a step at 1/4 costs little more than half
 * @param times laws of the drawn times
 * @param softTimes laws of the times of the soft term's images, where they are to differ; L_CT is weighted so that it is still that of
 *     {@code times}
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
        require(softShare > 0 && softShare <= 1, "soft_share " + softShare + " is not in (0, 1]");
        require(
                softTimes.isEmpty() || softShare < 1,
                "soft_times needs a soft_share below 1: the other images keep the consistency term's law");
    }

    /** What L_soft compares with. */
    public enum SoftTarget {
        /** sg f_θ(x_n, t_n, 0): the paper's choice. */
        EQ9,
        /** sg f_θ(x_u, u, 0) with x_u = x + u·z: the paper's failing ablation, for x_t and x_u share no trajectory. */
        EQ8
    }

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

    /** The target; the student for both of its destinations; the outer application, whose weights are constants. */
    @Override
    public StepCost cost() {
        double targets = softTarget == SoftTarget.EQ8 ? 1 + softShare : 1;
        double student = 1 + softShare;
        return new StepCost(
                StepCost.THERE * targets
                        + StepCost.THERE_AND_BACK * student
                        + StepCost.THERE_AND_BACK_TO_INPUT * softShare,
                targets + student + softShare);
    }

    @Override
    public Loss apply(TermInputs inputs) {
        int softImages = inputs.count(softShare);
        TrainingBatch example = inputs.draw(times, softTimes, softImages);
        return of(inputs.f(), example, softImages, inputs.distance());
    }

    /** The loss of given draws. L_soft is that of the first {@code softImages}. */
    public Loss of(TrainedFunction f, TrainingBatch example, int softImages, PseudoHuber distance) {
        Tensor target = f.target(example.lower(), example.t(), example.timeZero(), example.labels());
        TrainingBatch inverted = example.first(softImages);

        // One run for both of the student's destinations: (x_{n+1}, t_{n+1}) to time 0 and to u.
        Tensor both = f.live(
                TrainingBatch.joined(example.upper(), inverted.upper()),
                TrainingBatch.joined(example.tNext(), inverted.tNext()),
                TrainingBatch.joined(example.timeZero(), inverted.u()),
                example.labels()
                        .map(labels ->
                                TrainingBatch.joined(labels, inverted.labels().orElseThrow())));
        Tensor atZero = both.narrow(0, 0, target.size(0));
        Tensor atU = both.narrow(0, target.size(0), softImages);

        // The outer application's weights are constants; the gradient flows through its input.
        Tensor throughU = f.constant(atU, inverted.u(), inverted.timeZero(), inverted.labels());
        Tensor softTargets = softTarget == SoftTarget.EQ9
                ? target.narrow(0, 0, softImages)
                : f.target(inverted.diffused(inverted.u()), inverted.u(), inverted.timeZero(), inverted.labels());

        Tensor weight = Consistency.weight(example.tNext(), example.t(), consistencyWeightFloor);
        Tensor consistency = distance.apply(atZero, target)
                .mul(example.importance().map(weight::mul).orElse(weight))
                .mean();
        Tensor soft = distance.apply(throughU, softTargets)
                .mul(Consistency.weight(inverted.tNext(), inverted.u(), softWeightFloor))
                .mean();
        return new Loss(
                consistencyTerm ? consistency.add(soft) : soft, Map.of("consistency", consistency, "soft", soft));
    }
}
