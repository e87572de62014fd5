package org.bcm4j.metrics.samples;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Improved precision and recall (Kynkäänniemi et al., 2019). Each set spans a region: the balls around its vectors that
 * reach to their third nearest neighbours.
 *
 * @param precision the share of samples within the region of the real images, in [0,1]
 * @param recall the share of real images within the region of the samples, in [0,1]
 */
record PrecisionRecall(double precision, double recall) {
    private static final long NEIGHBOUR = 3;

    /** The number of vectors of one side that are compared at once, so that memory grows with one set only. */
    private static final long ROWS = 1024;

    /**
     * Measures two sets.
     *
     * @param real floating point features [N,D], N at least 4
     * @param samples likewise [M,D]
     * @throws IllegalArgumentException if a set has fewer than four vectors, or their lengths differ
     */
    static PrecisionRecall of(Tensor real, Tensor samples) {
        if (real.size(0) <= NEIGHBOUR || samples.size(0) <= NEIGHBOUR || real.size(1) != samples.size(1)) {
            throw new IllegalArgumentException("two sets of at least 4 vectors of one length are needed");
        }
        try (Scope scope = Scope.open()) {
            Tensor x = real.to(ScalarType.Double);
            Tensor y = samples.to(ScalarType.Double);
            return new PrecisionRecall(covered(y, x, radii(x)), covered(x, y, radii(y)));
        }
    }

    /** Each vector's squared distance to its third nearest neighbour, [N]. The vector itself does not count. */
    private static Tensor radii(Tensor x) {
        Tensor[] blocks = new Tensor[Math.toIntExact((x.size(0) + ROWS - 1) / ROWS)];
        for (int i = 0; i < blocks.length; i++) {
            long start = i * ROWS;
            // The nearest of all is the vector itself. The result is cloned because the pair that holds it is freed.
            blocks[i] = Scope.returning(() -> squaredDistances(rows(x, start), x)
                    .kthvalue(NEIGHBOUR + 1, 1, false)
                    .get0()
                    .clone());
        }
        return cat(0, blocks);
    }

    /** The share of {@code vectors} within a ball around one of {@code centres}. */
    private static double covered(Tensor vectors, Tensor centres, Tensor radii) {
        double inside = 0;
        for (long start = 0; start < vectors.size(0); start += ROWS) {
            try (Scope scope = Scope.open()) {
                inside += squaredDistances(rows(vectors, start), centres)
                        .le(radii.unsqueeze(0))
                        .any(1)
                        .sum()
                        .item_double();
            }
        }
        return inside / vectors.size(0);
    }

    private static Tensor rows(Tensor x, long start) {
        return x.narrow(0, start, Math.min(ROWS, x.size(0) - start));
    }

    /** ‖a‖² − 2a·b + ‖b‖² for each pair of rows of [N,D] and [M,D]: [N,M]. */
    private static Tensor squaredDistances(Tensor a, Tensor b) {
        Tensor across = a.mm(b.t()).mul(scalar(-2.0));
        return across.add(norms(a).unsqueeze(1)).add(norms(b).unsqueeze(0)).clamp_min(scalar(0.0));
    }

    private static Tensor norms(Tensor x) {
        return x.square().sum(new long[] {1}, false, new ScalarTypeOptional());
    }
}
