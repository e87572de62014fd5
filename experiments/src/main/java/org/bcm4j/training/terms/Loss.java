package org.bcm4j.training.terms;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.bcm4j.tensor.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * The loss of one term for a batch.
 *
 * @param total the minimised value, averaged over the batch; a scalar with a gradient, unless it is {@link #none}
 * @param parts named parts for the log, averaged over the batch; scalars
 */
public record Loss(Tensor total, Map<String, Tensor> parts) {
    /**
     * The loss of a part of a batch that has no images for a term. Its total has no gradient.
     *
     * @param names of the parts of the loss
     */
    static Loss none(Device device, String... names) {
        Tensor zero = device.full(0, 1).squeeze();
        return new Loss(zero, Arrays.stream(names).collect(Collectors.toMap(name -> name, name -> zero)));
    }

    Loss times(double weight) {
        return new Loss(
                total.mul(scalar(weight)),
                parts.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, part -> part.getValue().mul(scalar(weight)))));
    }
}
