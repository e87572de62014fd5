package org.bcm4j.metrics;

import java.util.Arrays;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.Pixels;
import org.bcm4j.editing.Interpolation;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.model.ConsistencyModel;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.walk.NoiseSource;
import org.bcm4j.walk.Walk;
import org.bcm4j.walk.Walker;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * How real the images half-way between two real ones look: the Fréchet distance of midpoints from real images. Image i is paired with image
 * i + pairs, so that most pairs are of two classes; no labels are told.
 *
 * @param images real images, at least 2·pairs
 * @param pairs how many midpoints to make
 * @param seed seeds the noises that inversions begin with
 */
public record InterpolationQuality(
        ConsistencyModel model,
        FeatureNetwork network,
        RealImages real,
        LabelledImages images,
        long pairs,
        long seed,
        MeasuringListener listener) {

    /** With which noise the two inversions of a pair begin. */
    public enum InitialNoise {
        /** Each image with its own, as the paper does. */
        DIFFERENT,
        /** Both with the same. */
        SHARED
    }

    /** The distance of the midpoints from real images, divided by that of blurred images. */
    public double of(Walk inversion, Walk generation, InitialNoise initialNoise) {
        FeatureMoments moments = new FeatureMoments(network.config().features());
        try (SeededGenerator generator = new SeededGenerator(seed, model.device())) {
            NoiseSource noise = initialNoise == InitialNoise.DIFFERENT
                    ? shape -> generator.normal(shape)
                    : shape -> shared(generator, shape);
            for (long[] firsts : Batches.of(pairs)) {
                try (Scope scope = Scope.open()) {
                    Tensor images = midpoints(firsts, inversion, generation, noise);
                    moments.add(network.responses(Pixels.toSignal(Pixels.toBytes(images)))
                            .features());
                }
                listener.measured("midpoints, " + initialNoise, moments.count(), pairs);
            }
        }
        return FrechetDistance.between(moments, real.moments()) / real.blurredDistance();
    }

    private Tensor midpoints(long[] firsts, Walk inversion, Walk generation, NoiseSource noise) {
        long[] seconds = Arrays.stream(firsts).map(i -> i + pairs).toArray();
        Tensor ends = torch.cat(new TensorVector(images.images(firsts), images.images(seconds)), 0);
        Walker walker = new Walker((x, t, u) -> model.traverse(x, t, u, model.unlabelled(x.size(0))), noise);
        Tensor noises = walker.from(inversion, model.device().move(ends)).x().div(new Scalar(inversion.end()));
        Tensor[] halfWay = new Tensor[firsts.length];
        for (int i = 0; i < halfWay.length; i++) {
            Tensor pair = torch.stack(new TensorVector(noises.select(0, i), noises.select(0, firsts.length + i)));
            halfWay[i] = Interpolation.slerp(pair, 3).narrow(0, 1, 1);
        }
        return walker.generate(generation, torch.cat(new TensorVector(halfWay), 0))
                .x();
    }

    /** The same noise for an image of the first half and its partner in the second. */
    private static Tensor shared(SeededGenerator generator, long... shape) {
        long[] half = shape.clone();
        half[0] = shape[0] / 2;
        Tensor noise = generator.normal(half);
        return torch.cat(new TensorVector(noise, noise), 0);
    }
}
