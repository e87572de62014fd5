package org.bcm4j.training.terms;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.tensor.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * The times drawn for B examples, each float32 [B].
 *
 * @param tNext t_{n+1}, the upper end of an interval
 * @param t t_n, the lower end of the interval
 * @param u the target time
 * @param importance the probability of the interval under the consistency term's law, divided by the probability with
 *     which it was drawn; absent if that is 1
 */
public record DrawnTimes(Tensor tNext, Tensor t, Tensor u, Optional<Tensor> importance) {
    /** Puts numbers on a device, all at once: each transfer to a GPU costs more than these few numbers are worth. */
    static DrawnTimes on(Device device, double[] tNext, double[] t, double[] u, Optional<double[]> importance) {
        double[] all = Stream.concat(Stream.of(tNext, t, u), importance.stream())
                .flatMapToDouble(Arrays::stream)
                .toArray();
        Tensor rows = device.floats(all).view(-1, t.length);
        return new DrawnTimes(
                rows.select(0, 0), rows.select(0, 1), rows.select(0, 2), importance.map(given -> rows.select(0, 3)));
    }
}
