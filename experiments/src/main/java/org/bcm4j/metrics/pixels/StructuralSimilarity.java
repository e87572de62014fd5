package org.bcm4j.metrics.pixels;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.Arrays;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * SSIM as defined by Wang, Bovik, Sheikh and Simoncelli (2004): means, variances and covariance in a window of 11 × 11
 * pixels under a Gaussian of σ = 1.5 that sums to 1 (without sampling correction of the variances), K₁ = 0.01, K₂ =
 * 0.03, on [0,1]. Only windows that lie wholly inside the image count. The mean is taken over these windows and over
 * the channels, each channel separately. Images are not scaled down first.
 *
 * <pre>
 * (2·μ_x·μ_y + C₁)·(2·σ_xy + C₂) / ((μ_x² + μ_y² + C₁)·(σ_x² + σ_y² + C₂)),  C_i = K_i²
 * </pre>
 */
public final class StructuralSimilarity {
    /** Height and width of the window, and of the smallest images that have an SSIM. */
    public static final int WINDOW = 11;

    private static final double DEVIATION = 1.5;
    private static final double C1 = 0.01 * 0.01;
    private static final double C2 = 0.03 * 0.03;
    private static final long[] ONE = {1, 1};
    private static final long[] NONE = {0, 0};

    private StructuralSimilarity() {}

    /** Whether images of this height and width contain a whole window. */
    public static boolean fits(long height, long width) {
        return height >= WINDOW && width >= WINDOW;
    }

    /**
     * The similarity of each pair of a batch, from −1 to 1. It is 1 only for equal images.
     *
     * @param originals floating point [B,C,H,W] in [-1,1], H and W at least {@value #WINDOW}
     * @param reconstructions the same shape and device; values outside [-1,1] are clamped, not rounded to the 256
     *     levels of a file
     * @throws IllegalArgumentException if the shapes differ or are smaller than a window
     */
    public static double[] perImage(Tensor originals, Tensor reconstructions) {
        long[] shape = originals.shape();
        if (!Arrays.equals(shape, reconstructions.shape()) || !fits(shape[2], shape[3])) {
            throw new IllegalArgumentException("no similarity of images of shape " + Arrays.toString(shape) + " and "
                    + Arrays.toString(reconstructions.shape()));
        }
        try (Scope scope = Scope.open()) {
            Tensor x = planes(originals);
            Tensor y = planes(reconstructions);
            Tensor meanX = windowMean(x);
            Tensor meanY = windowMean(y);
            Tensor products = meanX.mul(meanY);
            Tensor squares = meanX.square().add(meanY.square());
            Tensor covariance = windowMean(x.mul(y)).sub(products);
            Tensor variances = windowMean(x.square().add(y.square())).sub(squares);
            Tensor numerator = scaled(products, 2, C1).mul(scaled(covariance, 2, C2));
            Tensor denominator = scaled(squares, 1, C1).mul(scaled(variances, 1, C2));
            Tensor similarity = numerator.div(denominator).view(shape[0], -1);
            return HostTensors.doubles(similarity.mean(1));
        }
    }

    /** Converts to [0,1], with every channel as an image of its own: [B·C,1,H,W], float64. */
    private static Tensor planes(Tensor images) {
        return images.to(ScalarType.Double)
                .clamp(new ScalarOptional(scalar(-1.0)), new ScalarOptional(scalar(1.0)))
                .add(scalar(1.0))
                .div(scalar(2.0))
                .contiguous()
                .view(-1, 1, images.size(2), images.size(3));
    }

    private static Tensor scaled(Tensor x, double factor, double shift) {
        return x.mul(scalar(factor)).add(scalar(shift));
    }

    /** The window's mean around every position where it lies wholly inside: [N,1,H,W] to [N,1,H-10,W-10]. */
    private static Tensor windowMean(Tensor x) {
        Tensor weights = HostTensors.ofDoubles(weights(), WINDOW).to(x.device(), ScalarType.Double);
        Tensor rows = torch.conv2d(x, weights.view(1, 1, 1, WINDOW), new TensorOptional(), ONE, NONE, ONE, 1);
        return torch.conv2d(rows, weights.view(1, 1, WINDOW, 1), new TensorOptional(), ONE, NONE, ONE, 1);
    }

    /** The Gaussian along one side. Its outer product with itself is the window. */
    private static double[] weights() {
        double[] weights = new double[WINDOW];
        Arrays.setAll(weights, i -> Math.exp(-Math.pow((i - WINDOW / 2) / DEVIATION, 2) / 2));
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }
}
