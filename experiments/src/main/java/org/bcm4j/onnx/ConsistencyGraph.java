package org.bcm4j.onnx;

import static org.bcm4j.model.NoiseScales.SIGMA_DATA;
import static org.bcm4j.model.NoiseScales.SIGMA_MIN;

import java.util.Optional;
import org.bcm4j.model.ModelKind;

/** f(x, t, u, y) = c_skip(t,u)·x + c_out(t,u)·F(c_in(t)·x, t, u, y) (Eq. 5) in ONNX's operators. */
record ConsistencyGraph(NetworkGraph network, ModelKind kind, Operators operators) {
    private static final double VARIANCE = SIGMA_DATA * SIGMA_DATA;

    Value apply(Value x, Value t, Value u, Optional<Value> labels) {
        Value deviation = operators.squareRoot(operators.add(operators.square(t), VARIANCE));
        Value scaled = operators.multiply(x, perImage(operators.reciprocal(deviation)));
        Value raw = network.apply(scaled, t, u, labels);
        return operators.add(
                operators.multiply(perImage(skip(t, u)), x),
                operators.multiply(perImage(operators.divide(out(t, u), deviation)), raw));
    }

    /** c_skip. */
    private Value skip(Value t, Value u) {
        return switch (kind) {
            case BIDIRECTIONAL ->
                operators.divide(
                        operators.add(operators.multiply(t, u), VARIANCE),
                        operators.add(operators.square(t), VARIANCE));
            case CONSISTENCY -> shareOfData(operators.subtract(t, SIGMA_MIN));
            case DENOISER -> shareOfData(t);
        };
    }

    /** σ_data²/(s² + σ_data²). */
    private Value shareOfData(Value scale) {
        Value sum = operators.add(operators.square(scale), VARIANCE);
        return operators.multiply(operators.reciprocal(sum), VARIANCE);
    }

    /** c_out·√(t² + σ_data²). */
    private Value out(Value t, Value u) {
        Value distance = switch (kind) {
            case BIDIRECTIONAL -> operators.subtract(t, u);
            case CONSISTENCY -> operators.subtract(t, SIGMA_MIN);
            case DENOISER -> t;
        };
        return operators.multiply(distance, SIGMA_DATA);
    }

    private Value perImage(Value coefficient) {
        return operators.reshape(coefficient, Value.BATCH, 1, 1, 1);
    }
}
