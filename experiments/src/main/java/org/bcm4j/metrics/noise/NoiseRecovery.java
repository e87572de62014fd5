package org.bcm4j.metrics.noise;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.SamplingPath;
import org.bytedeco.pytorch.Tensor;

/**
 * Whether an inversion recovers the noise from which an image was generated. z is drawn, an image is generated from it
 * along the path back, and that image is inverted to z′. All steps use the same labels: the classes in turn, or none.
 *
 * @param noise correlation of z′ with z, averaged over the images: 1 if the noise is recovered
 * @param image mean absolute correlation of z′ with the image
 */
public record NoiseRecovery(double noise, double image) {
    private static final long MOST = 1000;

    /**
     * Measures the recovery along a path.
     *
     * @param inversion a path to pure noise
     * @param labelled whether the model receives the classes in turn, or none
     * @param count the number of images used elsewhere; at most 1,000 are generated
     * @param seed seeds the noises and what walks add
     */
    public static NoiseRecovery of(
            TrainedModel model, SamplingPath inversion, boolean labelled, long count, long seed, Measuring measuring) {
        long most = Math.min(count, MOST);
        double[] sums = new double[2];
        measuring.batches(
                "recovery, " + inversion,
                most,
                batch -> {
                    Optional<Tensor> told = labelled ? model.cyclicLabels(batch[0], batch.length) : Optional.empty();
                    ImageNoise drawn = ImageNoise.from(seed, batch[0], model.device());
                    PathSampler journey = new PathSampler(model, told, drawn);
                    Tensor z = drawn.start(model.shape(batch.length));
                    Tensor made = journey.generate(inversion.toImages(), z).x();
                    Tensor found = journey.from(inversion, made).x();
                    double[] numbers = HostTensors.doubles(found);
                    int each = numbers.length / batch.length;
                    return List.of(HostTensors.ofDoubles(
                            new double[] {
                                sum(numbers, HostTensors.doubles(z), each, false),
                                sum(numbers, HostTensors.doubles(made), each, true)
                            },
                            sums.length));
                },
                (batch, measured) -> {
                    double[] ofBatch = HostTensors.doubles(measured.next());
                    sums[0] += ofBatch[0];
                    sums[1] += ofBatch[1];
                });
        return new NoiseRecovery(sums[0] / most, sums[1] / most);
    }

    /** The sum of the correlations of pairs of images, which have {@code each} numbers. */
    private static double sum(double[] firsts, double[] seconds, int each, boolean absolute) {
        double sum = 0;
        for (int start = 0; start < firsts.length; start += each) {
            double correlation = Correlation.of(
                    Arrays.copyOfRange(firsts, start, start + each), Arrays.copyOfRange(seconds, start, start + each));
            sum += absolute ? Math.abs(correlation) : correlation;
        }
        return sum;
    }
}
