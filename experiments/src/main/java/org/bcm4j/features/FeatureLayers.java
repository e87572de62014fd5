package org.bcm4j.features;

import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Linear;
import org.bcm4j.nn.Operations;
import org.bcm4j.nn.Pass;
import org.bcm4j.nn.Shape;
import org.bcm4j.nn.Trace;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The feature network's architecture, a function of weights. 2×2 pixels become four channels, which makes the following
 * layers cheap. Two 3×3 convolutions with pooling between them follow, then a dense layer with ReLU, whose outputs are
 * the features, and a dense layer for the classes.
 */
record FeatureLayers(Convolution first, Convolution second, Linear features, Linear classes) {
    private static final int PATCH = 2;

    FeatureLayers(FeatureConfig config) {
        this(
                new Convolution("first", PATCH * PATCH * config.imageChannels(), config.firstWidth(), 3),
                new Convolution("second", config.firstWidth(), config.secondWidth(), 3),
                new Linear("features", config.secondWidth() * cells(config), config.features()),
                new Linear("classes", config.features(), config.classNames().size()));
    }

    private static int cells(FeatureConfig config) {
        int side = config.imageSize() / PATCH / 2;
        return side * side;
    }

    WeightLayout layout() {
        Trace trace = new Trace();
        first.apply(trace, Shape.of(Operations.BATCH, first.in(), 1, 1));
        second.apply(trace, Shape.of(Operations.BATCH, second.in(), 1, 1));
        features.apply(trace, Shape.of(Operations.BATCH, features.in()));
        classes.apply(trace, Shape.of(Operations.BATCH, classes.in()));
        return trace.parameters();
    }

    /** @param images float32 [B,C,H,W] in [-1,1] */
    Activations apply(Pass pass, Tensor images) {
        Tensor fine = first.apply(pass, torch.pixel_unshuffle(images, PATCH)).relu();
        Tensor coarse = second.apply(pass, torch.max_pool2d(fine, 2, 2)).relu();
        return new Activations(
                fine, coarse, features.apply(pass, coarse.flatten(1, -1)).relu());
    }

    /** The class scores for given activations. */
    Responses responses(Pass pass, Activations activations) {
        return new Responses(activations.features(), classes.apply(pass, activations.features()));
    }
}
