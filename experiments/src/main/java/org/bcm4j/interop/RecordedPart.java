package org.bcm4j.interop;

import static org.bcm4j.tensor.Ops.stack;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What was recorded of a part of a network.
 *
 * @param part our name of it
 * @param view of what the part puts out, that which was recorded
 * @param expected what another implementation's part put out, seen so
 */
record RecordedPart(String part, UnaryOperator<Tensor> view, Tensor expected) {
    /** A part that was recorded as it is. */
    static RecordedPart of(String part, Tensor expected) {
        return new RecordedPart(part, UnaryOperator.identity(), expected);
    }

    /** Recorded was a summary: mean, population standard deviation, first and last number of each image, float64 [B,4]. */
    RecordedPart summarized() {
        return new RecordedPart(part, output -> summary(view.apply(output)), expected);
    }

    private static Tensor summary(Tensor output) {
        Tensor rows = output.to(torch.ScalarType.Double).reshape(output.size(0), -1);
        Tensor mean = rows.mean(1);
        Tensor deviation = rows.sub(mean.unsqueeze(1)).square().mean(1).sqrt();
        return stack(1, mean, deviation, rows.select(1, 0), rows.select(1, -1));
    }
}
