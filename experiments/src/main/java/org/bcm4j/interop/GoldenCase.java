package org.bcm4j.interop;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Recorded evaluations at one input.
 *
 * @param name empty if the case has no name
 * @param x float32 [B,C,H,W]
 * @param t noise scales of x, float32 [B]
 * @param u target noise scales, float32 [B]
 * @param labels int64 [B], if the network has classes
 * @param outputs the outputs of the whole network
 * @param parts the outputs of its parts, by recorded name
 */
record GoldenCase(
        String name,
        Tensor x,
        Tensor t,
        Tensor u,
        Optional<Tensor> labels,
        List<Output> outputs,
        Map<String, RecordedPart> parts) {

    /** The function that was evaluated at the input. */
    enum Question {
        /** F(x, t, u). */
        NETWORK,
        /** F(c_in·x, t, u). */
        SCALED_NETWORK,
        /** f(x, t, u). */
        MODEL
    }

    /** A recorded output and its name: float32 [B,C,H,W]. */
    record Output(String name, Question question, Tensor expected) {}
}
