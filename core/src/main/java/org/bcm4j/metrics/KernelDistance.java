package org.bcm4j.metrics;

import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The squared maximum mean discrepancy between two sets of feature vectors under the kernel (x·y/D + 1)³, which with Inception features is
 * called KID (Bińkowski et al., 2018). Unbiased, so it may come out below 0 for sets of one law.
 */
public final class KernelDistance {
    private static final long ROWS = 1024;

    private KernelDistance() {}

    /**
     * Between two sets.
     *
     * @param first floating point [N,D], N at least 2
     * @param second likewise [M,D]
     * @throws IllegalArgumentException if a set has fewer than two vectors, or their lengths differ
     */
    public static double between(Tensor first, Tensor second) {
        if (first.size(0) < 2 || second.size(0) < 2 || first.size(1) != second.size(1)) {
            throw new IllegalArgumentException("two sets of at least 2 vectors of one length are needed");
        }
        try (Scope scope = Scope.open()) {
            Tensor x = first.to(ScalarType.Double);
            Tensor y = second.to(ScalarType.Double);
            double across = sum(x, y) / ((double) x.size(0) * y.size(0));
            return meanOfPairs(x) + meanOfPairs(y) - 2 * across;
        }
    }

    /** The mean of the kernel over pairs of different vectors of one set. */
    private static double meanOfPairs(Tensor x) {
        Tensor squares = x.square().sum(new long[] {1}, false, new ScalarTypeOptional());
        double withThemselves = cubed(squares, x.size(1)).sum().item_double();
        double count = x.size(0);
        return (sum(x, x) - withThemselves) / (count * (count - 1));
    }

    /** The sum of the kernel over all pairs, row by row so that memory grows with one set only. */
    private static double sum(Tensor x, Tensor y) {
        double sum = 0;
        for (long start = 0; start < x.size(0); start += ROWS) {
            try (Scope scope = Scope.open()) {
                Tensor rows = x.narrow(0, start, Math.min(ROWS, x.size(0) - start));
                sum += cubed(rows.mm(y.t()), x.size(1)).sum().item_double();
            }
        }
        return sum;
    }

    /** (p/D + 1)³ of scalar products p. */
    private static Tensor cubed(Tensor products, long dimension) {
        return products.div(new Scalar((double) dimension)).add(new Scalar(1.0)).pow(new Scalar(3.0));
    }
}
