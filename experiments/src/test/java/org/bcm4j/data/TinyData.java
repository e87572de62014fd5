package org.bcm4j.data;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;

/** Grey images of 8 x 8 in two classes that a child can tell apart: the upper half is bright, or the lower. */
public final class TinyData {
    private static final int SIDE = 8;

    private TinyData() {}

    public static LabelledImages images(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] pixels = new byte[count * SIDE * SIDE];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % 2;
            for (int k = 0; k < SIDE * SIDE; k++) {
                boolean bright = k / (SIDE * SIDE / 2) == labels[i];
                pixels[i * SIDE * SIDE + k] = (byte) (random.nextInt(60) + (bright ? 190 : 0));
            }
        }
        return new LabelledImages(pixels, labels, 1, SIDE, SIDE, List.of("upper", "lower"));
    }

    /** The mean of all pixel values of images. */
    public static double mean(LabelledImages images) {
        return averageOf(images, 1);
    }

    /** The mean of their squares. */
    public static double meanSquare(LabelledImages images) {
        return averageOf(images, 2);
    }

    private static double averageOf(LabelledImages images, int power) {
        try (Scope scope = Scope.open()) {
            double sum = 0;
            float[] values = HostTensors.floats(
                    images.images(LongStream.range(0, images.size()).toArray()));
            for (float value : values) {
                sum += Math.pow(value, power);
            }
            return sum / values.length;
        }
    }
}
