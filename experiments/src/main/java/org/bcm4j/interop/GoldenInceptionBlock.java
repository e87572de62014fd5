package org.bcm4j.interop;

import java.util.List;
import org.bcm4j.metrics.inception.InceptionBlock;
import org.bcm4j.metrics.inception.InceptionLayers;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/**
 * A block of the FID's Inception network of any width, as pytorch-fid ran it. Recorded are {@code x} [B,C,H,W] and its
 * output {@code y}.
 */
record GoldenInceptionBlock(InceptionBlock block) implements GoldenSubject {
    @Override
    public GoldenCheck.Report check(GoldenCheck check, GoldenFolder folder) {
        Recordings recordings = folder.recordings(check.device());
        Tensor x = recordings.tensor("x");
        try (Weights weights = folder.weights(block.parameters(), check.device())) {
            long channels = weights.get(block.parameters().get(0)).size(1);
            recordings.require(
                    x.dim() == 4 && x.size(1) == channels && x.numel() > 0,
                    "tensor \"x\" must be [B," + channels + ",H,W], as the weights require");
            GoldenParts heard = new GoldenParts(check, "", recordings.parts());
            Tensor y = block.apply(new InceptionLayers(weights, heard), x);
            return folder.report(
                    check,
                    weights.layout().parameterCount(),
                    heard.comparisons(recordings),
                    List.of(check.comparison("", "y", y, recordings.like("y", y))));
        }
    }
}
