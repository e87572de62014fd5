package org.bcm4j.nn;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;

/**
 * NCSN++'s features: sine and cosine of 2π·scale·w·c at {@code width}/2 frequencies w. The frequencies are standard
 * normal numbers, drawn once. They are stored with the weights, because a model needs them, but training does not
 * change them.
 *
 * @param scale 16 in EDM and score SDE, 0.02 in improved consistency training and BCM
 */
public record FourierFeatures(String name, int width, double scale) implements NoiseFeatures {
    @Override
    public void declare(WeightLayout.Builder layout) {
        layout.declare(name, Initialization.NORMAL, width / 2);
    }

    @Override
    public Tensor apply(Pass pass, Tensor noise) {
        // The order of the factors matters: at scale 16 the angles reach hundreds, and another order rounds
        // differently.
        Tensor frequencies = pass.weight(name).detach().mul(scalar(scale)).mul(scalar(2 * Math.PI));
        Tensor angle = noise.unsqueeze(1).mul(frequencies);
        return cat(1, angle.sin(), angle.cos());
    }
}
