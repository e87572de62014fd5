package org.bcm4j.interop;

import static org.bcm4j.tensor.Ops.stack;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The recording of a part of a network.
 *
 * @param part this library's name of the part
 * @param view converts the part's output to its recorded form
 * @param expected the output of another implementation, in its recorded form
 */
record RecordedPart(String part, UnaryOperator<Tensor> view, Tensor expected) {
    /** A part whose output was recorded unchanged. */
    static RecordedPart of(String part, Tensor expected) {
        return new RecordedPart(part, UnaryOperator.identity(), expected);
    }

    /**
     * The same part, recorded as a summary: mean, population standard deviation, first and last number of each image,
     * float64 [B,4].
     */
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
