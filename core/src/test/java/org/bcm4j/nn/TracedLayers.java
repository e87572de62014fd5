package org.bcm4j.nn;

import java.util.function.BiConsumer;
import org.bcm4j.tensor.WeightLayout;

/** The parameters of single layers. */
final class TracedLayers {
    private TracedLayers() {}

    /** The parameters of a layer whose input has a given shape after the batch. */
    static WeightLayout layout(BiConsumer<Trace, Shape> layer, long... sizes) {
        Trace trace = new Trace();
        long[] shape = new long[sizes.length + 1];
        shape[0] = Operations.BATCH;
        System.arraycopy(sizes, 0, shape, 1, sizes.length);
        layer.accept(trace, Shape.of(shape));
        return trace.parameters();
    }
}
