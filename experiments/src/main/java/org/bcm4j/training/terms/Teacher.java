package org.bcm4j.training.terms;

import java.util.Map;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;

/** A copy of the averaged weights from the beginning of the stage. */
final class Teacher implements TermState {
    static final String NAME = "teacher";

    private final Weights weights;

    Teacher(WeightLayout layout, Device device) {
        weights = Weights.zeros(layout, device);
    }

    @Override
    public Map<String, Weights> buffers() {
        return Map.of(NAME, weights);
    }

    @Override
    public void begin(Weights average) {
        try (NoGradients guard = new NoGradients()) {
            weights.flat().copy_(average.flat());
        }
    }

    @Override
    public void close() {
        weights.close();
    }
}
