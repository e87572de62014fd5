package org.bcm4j.network;

import java.util.Optional;
import org.bcm4j.nn.Cost;
import org.bcm4j.nn.Operations;
import org.bcm4j.nn.Pass;
import org.bcm4j.nn.Shape;
import org.bcm4j.nn.Trace;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;

/**
 * A network whose forward pass is described once, for values of any type. Evaluation, parameters, cost and ONNX export
 * follow from that description. A new architecture is one subclass, and one configuration in {@link NetworkConfig}.
 */
public abstract class Architecture implements Network {
    private final NetworkConfig config;
    private Optional<Demand> demand = Optional.empty();

    /** What one evaluation needs. */
    private record Demand(WeightLayout parameters, Cost cost) {}

    protected Architecture(NetworkConfig config) {
        this.config = config;
    }

    public final NetworkConfig config() {
        return config;
    }

    /**
     * F(x, t, u, y).
     *
     * @param x [B,C,H,W], already scaled by c_in
     * @param t noise scales of x, [B]
     * @param u noise scales to go to, [B]
     * @param labels [B], present if and only if the network has classes
     * @return [B,C,H,W], float32
     */
    public abstract <V> V describe(Operations<V> op, V x, V t, V u, Optional<V> labels);

    @Override
    public final Tensor apply(Pass pass, Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        boolean labelled = config.classes() > 0;
        if (labels.isPresent() != labelled) {
            throw new IllegalArgumentException(
                    labelled ? "this network needs a label for every image" : "this network has no classes");
        }
        return describe(pass.begun(), x, t, u, labels);
    }

    @Override
    public final WeightLayout layout() {
        return demand().parameters();
    }

    @Override
    public final Cost cost() {
        return demand().cost();
    }

    private synchronized Demand demand() {
        if (demand.isEmpty()) {
            demand = Optional.of(traced());
        }
        return demand.get();
    }

    private Demand traced() {
        Trace trace = new Trace();
        Shape vector = Shape.of(Operations.BATCH);
        long size = config.imageSize();
        Optional<Shape> labels = config.classes() > 0 ? Optional.of(vector) : Optional.empty();
        describe(trace, Shape.of(Operations.BATCH, config.imageChannels(), size, size), vector, vector, labels);
        return new Demand(trace.parameters(), trace.cost());
    }
}
