package org.bcm4j.training;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.Optional;
import java.util.stream.LongStream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolution;
import org.bcm4j.denoiser.OdeSolver;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.ImageGrid;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.terms.EdmDenoiser;
import org.bcm4j.walk.ImageNoise;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The sample sheet of a run. It has eight columns and four rows:
 *
 * <ul>
 * <li>quick samples (1 NFE; 9 for a denoiser);
 * <li>slower samples from the same noises (2 NFE; 19 for a denoiser);
 * <li>training images;
 * <li>what the model makes of these images: reconstructions with 1 NFE in each direction, or for a denoiser 18 to
 * invert and 19 to generate. A consistency model cannot invert, so it shows the denoised versions of noisy images.
 * </ul>
 *
 * <p>The noises and images are always the same, so that the sheets of a run can be compared.
 */
final class SampleSheet {
    private static final int COLUMNS = 8;
    private static final double MIDDLE = 1.2;
    private static final double START = 0.07;

    private record Rows(Tensor quick, Tensor slow, Tensor back) {}

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

    /** A PNG file of the sheet drawn with these weights. */
    byte[] draw(Weights weights) {
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients();
                Precision.Guard guard = precision.on(device)) {
            ImageNoise noises = ImageNoise.from(config.seed(), 0, device);
            Pass pass = Pass.evaluating(weights);
            long count = images.size();
            // A set with fewer images than columns shows some images again.
            long[] first = LongStream.range(0, COLUMNS).map(i -> i % count).toArray();
            Tensor real = device.move(images.images(first));
            Optional<Tensor> labels =
                    config.network().classes() == 0 ? Optional.empty() : Optional.of(device.move(images.labels(first)));
            Rows rows = switch (config.model()) {
                case BIDIRECTIONAL -> bidirectional(pass, real, labels, noises);
                case CONSISTENCY -> consistency(pass, real, labels, noises);
                case DENOISER -> denoiser(pass, real, labels, noises);
            };
            Tensor all = cat(0, rows.quick(), rows.slow(), real, rows.back());
            return ImageFiles.png(
                    ImageGrid.ofColumns(COLUMNS).withMagnification(2).draw(all));
        }
    }

    private Rows bidirectional(Pass pass, Tensor real, Optional<Tensor> labels, ImageNoise noises) {
        Tensor noise = noises.start(real.shape()).mul(scalar(NoiseScales.SIGMA_MAX));
        Tensor one = step(pass, noise, NoiseScales.SIGMA_MAX, NoiseScales.SIGMA_MIN, labels);
        Tensor middle = step(pass, noise, NoiseScales.SIGMA_MAX, MIDDLE, labels);
        Tensor two = step(pass, middle, MIDDLE, NoiseScales.SIGMA_MIN, labels);
        Tensor start = real.add(noises.normal(real.shape()), scalar(START));
        Tensor inverted = step(pass, start, START, NoiseScales.SIGMA_MAX, labels);
        return new Rows(one, two, step(pass, inverted, NoiseScales.SIGMA_MAX, NoiseScales.SIGMA_MIN, labels));
    }

    /**
     * A consistency model only goes to time 0. Its second step starts from fresh noise, and its last row shows denoised
     * images.
     */
    private Rows consistency(Pass pass, Tensor real, Optional<Tensor> labels, ImageNoise noises) {
        Tensor noise = noises.start(real.shape()).mul(scalar(NoiseScales.SIGMA_MAX));
        Tensor one = step(pass, noise, NoiseScales.SIGMA_MAX, NoiseScales.SIGMA_MIN, labels);
        Tensor renewed = one.add(noises.normal(real.shape()), scalar(MIDDLE));
        Tensor two = step(pass, renewed, MIDDLE, NoiseScales.SIGMA_MIN, labels);
        Tensor noisy = real.add(noises.normal(real.shape()), scalar(MIDDLE));
        return new Rows(one, two, step(pass, noisy, MIDDLE, NoiseScales.SIGMA_MIN, labels));
    }

    private Rows denoiser(Pass pass, Tensor real, Optional<Tensor> labels, ImageNoise noises) {
        EdmDenoiser denoiser = new EdmDenoiser(function.network(), pass, labels);
        DeterministicSampler quick = new DeterministicSampler(OdeSolver.HEUN, 5);
        DeterministicSampler slow = new DeterministicSampler(OdeSolver.HEUN, 10);
        Tensor noise = noises.start(real.shape());
        Tensor latent = slow.invert(denoiser, real).x().div(scalar(NoiseScales.SIGMA_MAX));
        return new Rows(
                images(quick.generate(denoiser, noise)),
                images(slow.generate(denoiser, noise)),
                images(slow.generate(denoiser, latent)));
    }

    private static Tensor images(OdeSolution solution) {
        return solution.x().to(torch.ScalarType.Float);
    }

    private Tensor step(Pass pass, Tensor x, double from, double to, Optional<Tensor> labels) {
        return function.apply(pass, x, device.full(from, COLUMNS), device.full(to, COLUMNS), labels);
    }
}
