package org.bcm4j.metrics.noise;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import org.bcm4j.data.Batches;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How well the images linearly predict the noises to which they were inverted: R² of a ridge regression of a pixel's
 * noise on the 5×5 patch of the image around it, over all channels. Pixels beyond the border are 0. Each of the four
 * pixel phases (row parity, column parity) has its own coefficients, fitted on the first half of the noises. R² is
 * measured on the second half over all phases, relative to the means of the first half.
 */
final class PatchRegression {
    static final int PHASES = 4;

    private static final int SIDE = 5;
    private static final double RIDGE = 1e-3;

    private final Tensor noises;
    private final Tensor images;

    /**
     * @param noises [N,C,H,W] on the CPU
     * @param images the same shape, in [-1,1], on the CPU
     */
    PatchRegression(Tensor noises, Tensor images) {
        this.noises = noises;
        this.images = images;
    }

    /**
     * R²: 1 if the patch predicts everything, about 0 if it predicts nothing. It is also 0 for noises that do not
     * differ, and for a single one.
     */
    double determination() {
        if (noises.size(0) < 2) {
            return 0;
        }
        double residual = 0;
        double total = 0;
        for (int phase = 0; phase < PHASES; phase++) {
            try (Scope scope = Scope.open()) {
                double[] sums = sums(phase);
                residual += sums[0];
                total += sums[1];
            }
        }
        return total == 0 ? 0 : 1 - residual / total;
    }

    /** The squared errors on the second half: of a phase's regression, and of the first half's means. */
    private double[] sums(int phase) {
        long count = noises.size(0);
        long half = count / 2;
        long channels = noises.size(1);
        Normal normal = new Normal(SIDE * SIDE * channels + 1, channels);
        Tensor noiseSums = zeros((half + Batches.SIZE - 1) / Batches.SIZE, channels);
        long rows = 0;
        for (long[] batch : Batches.of(half)) {
            try (Scope scope = Scope.open()) {
                Tensor noise = noise(phase, batch[0], batch.length);
                normal.add(patches(phase, batch[0], batch.length), noise);
                noiseSums.select(0, batch[0] / Batches.SIZE).copy_(noise.sum(0));
                rows += noise.size(0);
            }
        }
        Tensor coefficients = normal.solution();
        Tensor mean = noiseSums.sum(0).div(scalar((double) rows));
        double residual = 0;
        double total = 0;
        for (long[] batch : Batches.of(count - half)) {
            try (Scope scope = Scope.open()) {
                Tensor noise = noise(phase, half + batch[0], batch.length);
                Tensor told = patches(phase, half + batch[0], batch.length).mm(coefficients);
                residual += noise.sub(told).square().sum().item_double();
                total += noise.sub(mean).square().sum().item_double();
            }
        }
        return new double[] {residual, total};
    }

    /** The noise of a phase, float64 [rows,C]. */
    private Tensor noise(int phase, long first, long count) {
        return Scope.returning(() -> places(noises.narrow(0, first, count).to(ScalarType.Double), phase, 1));
    }

    /** The patches around the same pixels and a column of ones, float64 [rows,25·C+1]. */
    private Tensor patches(int phase, long first, long count) {
        return Scope.returning(() -> {
            long border = SIDE / 2;
            Tensor padded = torch.constant_pad_nd(
                    images.narrow(0, first, count).to(ScalarType.Double),
                    new long[] {border, border, border, border},
                    scalar(0.0));
            Tensor patches = places(padded, phase, SIDE);
            Tensor one = torch.ones_like(patches.narrow(1, 0, 1));
            return cat(1, patches, one);
        });
    }

    /** Every square of {@code side} pixels with its corner at the phase, one per row. */
    private static Tensor places(Tensor planes, int phase, long side) {
        Tensor from = planes.narrow(2, phase / 2, planes.size(2) - phase / 2)
                .narrow(3, phase % 2, planes.size(3) - phase % 2);
        long[] none = {0, 0};
        Tensor columns =
                torch.im2col(from, new long[] {side, side}, new long[] {1, 1}, none, /* stride */ new long[] {2, 2});
        return columns.transpose(1, 2).reshape(-1, columns.size(1));
    }

    private static Tensor zeros(long rows, long columns) {
        return torch.zeros(rows, columns).to(ScalarType.Double);
    }

    /** The normal equations of the rows so far. */
    private static final class Normal {
        private final Tensor left;
        private final Tensor right;

        Normal(long coefficients, long channels) {
            left = zeros(coefficients, coefficients);
            right = zeros(coefficients, channels);
        }

        void add(Tensor patches, Tensor noise) {
            Tensor transposed = patches.t();
            left.add_(transposed.mm(patches));
            right.add_(transposed.mm(noise));
        }

        Tensor solution() {
            Tensor ridge = torch.eye(left.size(0)).to(ScalarType.Double).mul(scalar(RIDGE));
            return torch.linalg_solve(left.add(ridge), right);
        }
    }
}
