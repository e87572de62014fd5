package org.bcm4j.training;

import static org.bcm4j.training.Trunk.activated;
import static org.bcm4j.training.Trunk.convolution;

import java.util.ArrayList;
import java.util.List;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Pass;
import org.bcm4j.nn.Resampling;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.unet.NetworkConfig;
import org.bytedeco.pytorch.Tensor;

/** Residual blocks from full resolution down to less than 8×8 pixels, all of which is learnt. Without norms, so that images of one batch do not see each other. */
final class ResidualTrunk implements Trunk {
    /** x + conv(act(conv(act(x)))) at one resolution, then half of it. */
    private record Stage(Convolution first, Convolution second, Convolution widen) {
        static Stage of(String name, int width, int next) {
            return new Stage(
                    convolution(name + ".first", width, width, 3),
                    convolution(name + ".second", width, width, 3),
                    convolution(name + ".widen", width, next, 1));
        }

        void declare(WeightLayout.Builder layout) {
            first.declare(layout);
            second.declare(layout);
            widen.declare(layout);
        }

        Tensor apply(Pass pass, Tensor x) {
            Tensor h = second.apply(pass, activated(first.apply(pass, activated(x))));
            return widen.apply(pass, Resampling.DOWN.apply(x.add(h)));
        }
    }

    private final Convolution in;
    private final List<Stage> stages = new ArrayList<>();
    private final int outputs;

    /**
     * @param width channels at full resolution
     * @param widest channels at most
     */
    ResidualTrunk(NetworkConfig network, int width, int widest) {
        in = convolution("in", network.imageChannels(), width, 3);
        int side = network.imageSize();
        int channels = width;
        while (side >= SMALLEST) {
            int next = Math.min(2 * channels, widest);
            stages.add(Stage.of("stage." + stages.size(), channels, next));
            channels = next;
            side /= 2;
        }
        outputs = channels * side * side;
    }

    @Override
    public void declare(WeightLayout.Builder layout) {
        in.declare(layout);
        stages.forEach(stage -> stage.declare(layout));
    }

    @Override
    public int outputs() {
        return outputs;
    }

    @Override
    public Tensor apply(Pass pass, Tensor images) {
        Tensor h = in.apply(pass, images);
        for (Stage stage : stages) {
            h = stage.apply(pass, h);
        }
        return activated(h).flatten(1, -1);
    }
}
