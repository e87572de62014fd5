package org.bcm4j.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.bcm4j.Images;
import org.bcm4j.Noise;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.metrics.pixels.ReconstructionError;
import org.bcm4j.metrics.pixels.StructuralSimilarity;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/** How well a model inverts single images. */
final class Scores {
    /**
     * The figures of an image. A PSNR is null if there is no error, and an SSIM if the image is smaller than its window.
     */
    static final StructType TYPE = new StructType()
            .add("mse", DataTypes.DoubleType, false)
            .add("psnr", DataTypes.DoubleType, true)
            .add("ssim", DataTypes.DoubleType, true)
            .add("noise_mean", DataTypes.DoubleType, false)
            .add("noise_standard_deviation", DataTypes.DoubleType, false)
            .add("noise_autocorrelation", DataTypes.DoubleType, false)
            .add("image_correlation", DataTypes.DoubleType, false);

    private Scores() {}

    /**
     * The figures of images, in their order: rows of {@link #TYPE}.
     *
     * @param noises to which the images were inverted
     * @param again what was generated from the noises, of the shape of the images
     */
    static List<Object> of(Images images, Noise noises, Images again) {
        try (Scope scope = Scope.open()) {
            Tensor originals = images.tensor();
            Tensor reconstructions = again.tensor();
            double[] errors = ReconstructionError.perImage(originals, reconstructions);
            double[] similarities = StructuralSimilarity.fits(images.height(), images.width())
                    ? StructuralSimilarity.perImage(originals, reconstructions)
                    : new double[0];
            List<Object> scores = new ArrayList<>();
            for (int i = 0; i < errors.length; i++) {
                NoiseFigures noise = NoiseFigures.of(
                        noises.select(i).tensor(), images.select(i).tensor());
                scores.add(RowFactory.create(
                        errors[i],
                        errors[i] == 0 ? null : ReconstructionError.peakSignalToNoise(errors[i]),
                        similarities.length == 0 ? null : similarities[i],
                        noise.mean(),
                        noise.standardDeviation(),
                        noise.largestAutocorrelation(),
                        noise.imageCorrelation()));
            }
            return scores;
        }
    }
}
