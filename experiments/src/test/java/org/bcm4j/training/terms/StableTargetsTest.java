package org.bcm4j.training.terms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.KeyedRandom;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The posterior mean beside its formula in float64, image by image. */
class StableTargetsTest {
    private static final int IMAGES = 30;
    private static final int PIXELS = 12;
    private static final int REFERENCES = 8;
    private static final long SEED = 5;
    private static final long STEP = 6;

    private final Scope scope = Scope.open();
    private final byte[] pixels = new byte[IMAGES * PIXELS];
    private final int[] labels = new int[IMAGES];

    {
        Random random = new Random(7);
        random.nextBytes(pixels);
        for (int i = 0; i < IMAGES; i++) {
            labels[i] = random.nextInt(3);
        }
    }

    private final LabelledImages images = new LabelledImages(pixels, labels, 1, 3, 4, List.of("shirt", "shoe", "bag"));

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void isTheWeightedMeanOfTheImageAndItsReferences() {
        // Image 11 with its class, image 5 with the null class, image 3 at a noise scale at which it is the only
        // candidate.
        long[] drawn = {11, 5, 3};
        long[] asked = {labels[11], 3, labels[3]};
        double[] t = {2, 1.5, 0.5};

        float[] mean = HostTensors.floats(mean(drawn, t, Optional.of(asked)));

        float[] noisy = HostTensors.floats(
                example(drawn, t, Optional.of(asked)).diffused(testDevice().floats(t)));
        for (int row = 0; row < 2; row++) {
            double[] expected = formula(noisy, row, t[row], drawn[row], asked[row]);
            for (int k = 0; k < PIXELS; k++) {
                // float32: half squares of a few units are divided by t² before the exponential.
                assertThat((double) mean[row * PIXELS + k]).isCloseTo(expected[k], within(1e-5));
            }
        }
        float[] own = HostTensors.floats(images.images(3));
        for (int k = 0; k < PIXELS; k++) {
            assertThat(mean[2 * PIXELS + k]).isEqualTo(own[k]);
        }
    }

    @Test
    void referencesOfAnImageWithoutLabelAreOfAllClasses() {
        double[] t = {80};
        float[] mean = HostTensors.floats(mean(new long[] {4}, t, Optional.empty()));
        float[] noisy = HostTensors.floats(example(new long[] {4}, t, Optional.empty())
                .diffused(testDevice().floats(t)));
        double[] expected = formula(noisy, 0, 80, 4, 3);
        for (int k = 0; k < PIXELS; k++) {
            assertThat((double) mean[k]).isCloseTo(expected[k], within(1e-5));
        }
    }

    /** The step towards the image itself ends at x + t_n·z, with or without a mean that is the image. */
    @Test
    void theLowerPointIsTheDiffusedImageWhereTheMeanIsTheImage() {
        double[] t = {0.9, 0.6};
        TrainingBatch plain = example(new long[] {1, 2}, t, Optional.empty());
        float[] stable =
                HostTensors.floats(stableTargets().stabilized(plain, STEP).lower());
        float[] expected = HostTensors.floats(plain.lower());
        for (int k = 0; k < expected.length; k++) {
            assertThat((double) stable[k]).isCloseTo(expected[k], within(1e-6));
        }
    }

    /** With factors of 8 bits, products in the tens of thousands would hide which image is near. */
    @Test
    void isTheSameInAStepOfHalfPrecision() {
        long[] drawn = {11, 5, 3};
        double[] t = {2, 1.5, 80};
        float[] mean = HostTensors.floats(mean(drawn, t, Optional.empty()));
        try (Precision.Guard guard = Precision.BF16.on(testDevice())) {
            assertThat(HostTensors.floats(mean(drawn, t, Optional.empty()))).containsExactly(mean);
        }
    }

    /** So that parts of a batch may be computed anywhere: no image's mean depends on the others of its part. */
    @Test
    void isTheSameWhateverElseIsInTheBatch() {
        double[] t = {2, 1.5, 3};
        long[] asked = {labels[11], labels[11], 3};
        float[] together = HostTensors.floats(mean(new long[] {11, 5, 3}, t, Optional.of(asked)));
        TrainingBatch all = example(new long[] {11, 5, 3}, t, Optional.of(asked));
        float[] alone = HostTensors.floats(
                stableTargets().stabilized(all.first(1), STEP).denoised());
        for (int k = 0; k < PIXELS; k++) {
            // Products of other sizes may be summed in another order.
            assertThat((double) alone[k]).isCloseTo(together[k], within(1e-6));
        }
        float[] later = HostTensors.floats(
                stableTargets().stabilized(all.first(1), STEP + 1).denoised());
        assertThat(later).as("a step has references of its own").isNotEqualTo(alone);
    }

    /** One image is all there is: its references are it and its mirror image, of which each is as probable. */
    @Test
    void halfOfTheReferencesAreMirroredWhereTrainingMirrorsImages() {
        LabelledImages one = new LabelledImages(new byte[] {0, 0, 0, -1}, new int[] {0}, 1, 1, 4, List.of("arrow"));
        TrainingBatch drawn;
        try (SeededGenerator generator = new SeededGenerator(1, testDevice())) {
            drawn = new TrainingBatch(
                    testDevice().move(one.images(0)),
                    generator.normal(1, 1, 1, 4),
                    testDevice().floats(80),
                    testDevice().floats(70),
                    testDevice().floats(80),
                    Optional.empty());
        }
        double mirrored = 0;
        int steps = 100;
        for (int step = 0; step < steps; step++) {
            StableTargets targets = new StableTargets(one, REFERENCES, true, SEED, testDevice());
            float left = HostTensors.floats(targets.stabilized(drawn, step).denoised())[0];
            // From -1, black, to 1 with the share of mirrored ones among the image and its references.
            mirrored += (left + 1) / 2 * (REFERENCES + 1) / REFERENCES / steps;
        }
        // 800 fair draws deviate by 0.018.
        assertThat(mirrored).isCloseTo(0.5, within(0.07));
    }

    private StableTargets stableTargets() {
        return new StableTargets(images, REFERENCES, false, SEED, testDevice());
    }

    private static Offset<Double> within(double distance) {
        return Offset.offset(distance);
    }

    private Tensor mean(long[] drawn, double[] t, Optional<long[]> labels) {
        return stableTargets().stabilized(example(drawn, t, labels), STEP).denoised();
    }

    private TrainingBatch example(long[] drawn, double[] tNext, Optional<long[]> asked) {
        try (SeededGenerator generator = new SeededGenerator(1, testDevice())) {
            return new TrainingBatch(
                    testDevice().move(images.images(drawn)),
                    generator.normal(drawn.length, 1, 3, 4),
                    testDevice().floats(tNext),
                    testDevice().floats(Arrays.stream(tNext).map(s -> s / 2).toArray()),
                    testDevice().floats(new double[drawn.length]),
                    asked.map(testDevice()::integers));
        }
    }

    private double[] formula(float[] noisy, int row, double t, long drawn, long label) {
        long[] from = LongStream.range(0, IMAGES)
                .filter(i -> label == 3 || labels[(int) i] == label)
                .toArray();
        List<Long> compared = new ArrayList<>(List.of(drawn));
        KeyedRandom random = KeyedRandom.of(SEED, 2, new long[] {STEP * 4 + label}, testDevice());
        for (double uniform : random.uniforms(1, REFERENCES)) {
            compared.add(from[(int) (uniform * from.length)]);
        }
        double[] sum = new double[PIXELS];
        double total = 0;
        for (long i : compared) {
            float[] candidate = HostTensors.floats(images.images(i));
            double distance = 0;
            for (int k = 0; k < PIXELS; k++) {
                distance += Math.pow(noisy[row * PIXELS + k] - candidate[k], 2);
            }
            double weight = Math.exp(-distance / (2 * t * t));
            total += weight;
            for (int k = 0; k < PIXELS; k++) {
                sum[k] += weight * candidate[k];
            }
        }
        for (int k = 0; k < PIXELS; k++) {
            sum[k] /= total;
        }
        return sum;
    }
}
