package org.bcm4j.metrics;

import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The exponential of the mean divergence of each sample's class probabilities from those of all, which with Inception's 1,008 classes is called
 * the Inception Score (Salimans et al., 2016): 1 for samples that all look alike, the number of classes for clear samples of each.
 */
public final class InceptionScore {
    private InceptionScore() {}

    /**
     * The mean over consecutive splits, of which the last may be smaller.
     *
     * @param probabilities floating point [N,classes], each row of sum 1
     * @param splitSize samples in a split, at least 1; the paper's evaluation uses 5,000
     */
    public static double of(Tensor probabilities, long splitSize) {
        long count = probabilities.size(0);
        if (splitSize < 1 || count < 1) {
            throw new IllegalArgumentException("the score needs samples, and splits of at least 1");
        }
        double sum = 0;
        long splits = 0;
        for (long start = 0; start < count; start += splitSize, splits++) {
            try (Scope scope = Scope.open()) {
                sum += ofSplit(probabilities
                        .narrow(0, start, Math.min(splitSize, count - start))
                        .to(ScalarType.Double));
            }
        }
        return sum / splits;
    }

    private static double ofSplit(Tensor p) {
        // xlogy is 0 where a probability is, unlike p·log p.
        Tensor own = p.xlogy(p).sum(1);
        Tensor mean = p.mean(0);
        Tensor common = p.mul(mean.log()).nan_to_num().sum(1);
        return Math.exp(own.sub(common).mean().item_double());
    }
}
