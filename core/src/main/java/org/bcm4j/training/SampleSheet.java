package org.bcm4j.training;

import java.util.Optional;
import java.util.stream.LongStream;
import org.bcm4j.data.ImageFiles;
import org.bcm4j.data.ImageGrid;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * What a run shows of itself: eight columns of a row of samples in 1 NFE, one in 2 NFE from the same noises, a row of training images
 * and their reconstructions by 1 NFE each way. Always the same noises and images, so that the sheets of a run can be compared.
 */
final class SampleSheet {
    private static final int COLUMNS = 8;
    private static final double MIDDLE = 1.2;
    private static final double START = 0.07;

    private final TrainingConfig config;
    private final ConsistencyFunction function;
    private final Device device;
    private final Precision precision;
    private final LabelledImages images;

    SampleSheet(
            TrainingConfig config,
            ConsistencyFunction function,
            Device device,
            Precision precision,
            LabelledImages images) {
        this.config = config;
        this.function = function;
        this.device = device;
        this.precision = precision;
        this.images = images;
    }

    /** A PNG file of the sheet that these weights draw. */
    byte[] draw(Weights weights) {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(config.seed(), device);
                NoGradGuard noGrad = new NoGradGuard();
                Precision.Guard guard = precision.on(device)) {
            Pass pass = Pass.evaluating(weights);
            long[] first = LongStream.range(0, COLUMNS).toArray();
            Tensor real = device.move(images.images(first));
            Optional<Tensor> labels =
                    config.network().classes() == 0 ? Optional.empty() : Optional.of(device.move(images.labels(first)));
            Tensor noise = generator.normal(real.shape()).mul(new Scalar(NoiseScales.SIGMA_MAX));
            Tensor one = step(pass, noise, NoiseScales.SIGMA_MAX, NoiseScales.SIGMA_MIN, labels);
            Tensor middle = step(pass, noise, NoiseScales.SIGMA_MAX, MIDDLE, labels);
            Tensor two = step(pass, middle, MIDDLE, NoiseScales.SIGMA_MIN, labels);
            Tensor start = real.add(generator.normal(real.shape()), new Scalar(START));
            Tensor inverted = step(pass, start, START, NoiseScales.SIGMA_MAX, labels);
            Tensor back = step(pass, inverted, NoiseScales.SIGMA_MAX, NoiseScales.SIGMA_MIN, labels);
            Tensor all = torch.cat(new TensorVector(one, two, real, back), 0);
            return ImageFiles.png(
                    ImageGrid.ofColumns(COLUMNS).withMagnification(2).draw(all));
        }
    }

    private Tensor step(Pass pass, Tensor x, double from, double to, Optional<Tensor> labels) {
        return function.apply(pass, x, device.full(from, COLUMNS), device.full(to, COLUMNS), labels);
    }
}
