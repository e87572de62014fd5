package org.bcm4j.reproduction;

import java.util.Optional;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.denoiser.Denoiser;
import org.bcm4j.denoiser.EdmDenoiser;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Weights;
import org.bcm4j.unet.Network;
import org.bytedeco.pytorch.Tensor;

/** The EDM baseline, opened to be evaluated. */
record TrainedDenoiser(ModelConfig config, Network network, Weights weights, Device device, Precision precision)
        implements AutoCloseable {

    /** The caller closes it. */
    static TrainedDenoiser open(Bench bench) {
        ModelFolder folder = bench.folder(Run.EDM);
        Network network = folder.config().network().build();
        Weights weights = folder.weights(network.layout(), bench.device());
        return new TrainedDenoiser(folder.config(), network, weights, bench.device(), bench.precision());
    }

    /** D(x; σ, y) for images of these labels. */
    Denoiser told(Optional<Tensor> labels) {
        EdmDenoiser denoiser = new EdmDenoiser(network, Pass.evaluating(weights), labels);
        return (x, sigma) -> {
            try (Precision.Guard guard = precision.on(device)) {
                return denoiser.denoise(x, sigma);
            }
        };
    }

    /** The classes of images, int64 [B], if the network knows classes. */
    Optional<Tensor> labels(LabelledImages images, long... indices) {
        return config.network().classes() == 0
                ? Optional.empty()
                : Optional.of(device.move(images.labels(indices)));
    }

    @Override
    public void close() {
        weights.close();
    }
}
