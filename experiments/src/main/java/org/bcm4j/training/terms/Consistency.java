package org.bcm4j.training.terms;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.Map;
import org.bcm4j.config.Default;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.NetworkConfig;
import org.bytedeco.pytorch.Tensor;

/**
 * Consistency training alone (iCT): L_CT = 1/|t_{n+1} − t_n| · d( f_θ(x_{n+1}, t_{n+1}, 0), sg f_θ(x_n, t_n, 0) ) (Eq.
 * 3).
 *
 * @param weightFloor lower bound of the weight; 0 keeps the paper's 1/|t_{n+1} − t_n|
 * @param times laws of the drawn times
 */
public record Consistency(
        @Default("0.0") double weightFloor, @Default("{}") IntervalLaw.Settings times) implements LossTerm {
    /** The paper's loss. */
    public static Consistency paper() {
        return new Consistency(0, IntervalLaw.Settings.paper(IntervalLaw.EndPoints.INCLUDED));
    }

    @Override
    public String name() {
        return "consistency";
    }

    /** It also trains a bidirectional model, at target time 0. */
    @Override
    public boolean trains(ModelKind model) {
        return model.walks();
    }

    @Override
    public StepCost cost(NetworkConfig network) {
        return new StepCost(StepCost.THERE + StepCost.THERE_AND_BACK, 2);
    }

    @Override
    public void cover(TimeCoverage coverage) {
        coverage.addToTimeZero(times, 1);
    }

    @Override
    public Loss apply(TermInputs inputs) {
        return of(inputs.f(), inputs.draw(times), inputs.distance());
    }

    /** The loss of given draws. */
    public Loss of(TrainedFunction f, TrainingBatch example, PseudoHuber distance) {
        Tensor zero = example.timeZero();
        Tensor target = f.target(example.lower(), example.t(), zero, example.labels());
        Tensor estimate = f.live(example.upper(), example.tNext(), zero, example.labels());
        Tensor loss = distance.apply(estimate, target)
                .mul(weight(example.tNext(), example.t(), weightFloor))
                .mean();
        return new Loss(loss, Map.of("consistency", loss));
    }

    /** λ(t, u) = 1/|t − u|, or the floor if that is larger. */
    static Tensor weight(Tensor t, Tensor u, double floor) {
        return t.sub(u).abs().reciprocal().clamp_min(scalar(floor));
    }
}
