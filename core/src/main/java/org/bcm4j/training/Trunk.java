package org.bcm4j.training;

import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** How a {@link Discriminator} looks at images before it judges what it sees. */
sealed interface Trunk extends AutoCloseable permits ResidualTrunk, FeatureTrunk {
    /** Squares of fewer pixels to a side are not made smaller. */
    int SMALLEST = 8;

    /** Declares what it learns. */
    void declare(WeightLayout.Builder layout);

    /** n, how many numbers it sees in an image. */
    int outputs();

    /**
     * @param images float32 [B,C,H,W] in [-1,1]
     * @return float32 [B,n]
     */
    Tensor apply(Pass pass, Tensor images);

    @Override
    default void close() {}

    static Convolution convolution(String name, int in, int out, int kernel) {
        return new Convolution(name, in, out, kernel, Initialization.GLOROT);
    }

    static Tensor activated(Tensor x) {
        return torch.leaky_relu(x, new Scalar(0.2));
    }
}
