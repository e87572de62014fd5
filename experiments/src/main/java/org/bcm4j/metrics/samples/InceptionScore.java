package org.bcm4j.metrics.samples;

import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The exponential of the mean divergence between each sample's class probabilities and those of all samples. With
 * Inception's 1,008 classes it is called the Inception Score (Salimans et al., 2016). It is 1 if all samples look
 * alike, and the number of classes for clear samples of every class. The score is the mean over consecutive splits; the
 * last split may be smaller. Samples arrive in batches, and only sums of each split are kept.
 */
final class InceptionScore {
    private final long splitSize;

    private double sumOfScores;
    private long splits;

    /** Sums of the current split: Σ p·log p over samples and classes, Σ p over samples, and the number of samples. */
    private double own;

    private double[] classes = {};
    private long count;

    /** @param splitSize samples in a split, at least 1; the paper's evaluation uses 5,000 */
    InceptionScore(long splitSize) {
        if (splitSize < 1) {
            throw new IllegalArgumentException("the score needs splits of at least 1 sample, not " + splitSize);
        }
        this.splitSize = splitSize;
    }

    /**
     * Adds a batch.
     *
     * @param probabilities floating point [B,classes], each row of sum 1
     */
    void add(Tensor probabilities) {
        long batch = probabilities.size(0);
        for (long start = 0; start < batch; ) {
            long taken = Math.min(splitSize - count, batch - start);
            try (Scope scope = Scope.open()) {
                addToSplit(probabilities.narrow(0, start, taken).to(ScalarType.Double));
            }
            start += taken;
            if (count == splitSize) {
                sumOfScores += scoreOfSplit();
                splits++;
                count = 0;
            }
        }
    }

    private void addToSplit(Tensor p) {
        double[] sums = HostTensors.doubles(p.sum(0));
        if (count == 0) {
            own = 0;
            classes = new double[sums.length];
        }
        // xlogy is 0 where a probability is 0, unlike p·log p.
        own += p.xlogy(p).sum().item_double();
        for (int i = 0; i < sums.length; i++) {
            classes[i] += sums[i];
        }
        count += p.size(0);
    }

    /** The score of the current split. Σ p·log(mean p) over its samples is n times Σ (mean p)·log(mean p). */
    private double scoreOfSplit() {
        double common = 0;
        for (double sum : classes) {
            double mean = sum / count;
            common += mean > 0 ? mean * Math.log(mean) : 0;
        }
        return Math.exp(own / count - common);
    }

    /**
     * The score.
     *
     * @throws IllegalStateException if there were no samples
     */
    double value() {
        if (splits == 0 && count == 0) {
            throw new IllegalStateException("the score needs samples");
        }
        return count == 0 ? sumOfScores / splits : (sumOfScores + scoreOfSplit()) / (splits + 1);
    }
}
