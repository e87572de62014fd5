package org.bcm4j.network;

import java.util.Optional;
import org.bcm4j.nn.Cost;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;

/** F(x, t, u, y), as a function of its weights. Immutable. {@link Architecture} is how to write one. */
public interface Network {
    /** The parameters, by name. */
    WeightLayout layout();

    /** The cost of one evaluation of one image of the network's size. */
    Cost cost();

    /**
     * Evaluates the network once.
     *
     * @param pass weights and dropout
     * @param x float32 [B,C,H,W], already scaled by c_in
     * @param t noise scales of x, float32 [B], positive
     * @param u noise scales to go to, float32 [B], positive
     * @param labels int64 [B], present if and only if the network has classes
     * @return float32 [B,C,H,W]
     */
    Tensor apply(Pass pass, Tensor x, Tensor t, Tensor u, Optional<Tensor> labels);
}
