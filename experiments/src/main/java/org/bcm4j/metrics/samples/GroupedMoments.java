package org.bcm4j.metrics.samples;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The moments of feature vectors that arrive in batches, of all vectors and of all except one group of the
 * {@link Jackknife}.
 */
final class GroupedMoments {
    /**
     * The rows of a group that are gathered before one update of its moments. An update costs the same for one row as
     * for this many.
     */
    private static final int ROWS = 32;

    private final int dimension;
    private final Jackknife.Division division;
    private final FeatureMoments[] groups;
    private final float[][] waiting;
    private final int[] rowsWaiting;

    /** @param count the number of groups; each keeps a covariance */
    GroupedMoments(int dimension, int count) {
        this.dimension = dimension;
        division = new Jackknife.Division(count);
        groups = Stream.generate(() -> new FeatureMoments(dimension))
                .limit(count)
                .toArray(FeatureMoments[]::new);
        waiting = new float[count][ROWS * dimension];
        rowsWaiting = new int[count];
    }

    /** Adds a batch, floating point [B,D]. */
    void add(Tensor features) {
        float[] rows = HostTensors.floats(features.to(ScalarType.Float));
        for (int row = 0; row < rows.length; row += dimension) {
            int group = division.next();
            System.arraycopy(rows, row, waiting[group], rowsWaiting[group] * dimension, dimension);
            rowsWaiting[group]++;
            if (rowsWaiting[group] == ROWS) {
                takeIn(group);
            }
        }
    }

    private void takeIn(int group) {
        if (rowsWaiting[group] > 0) {
            try (Scope scope = Scope.open()) {
                groups[group].add(
                        HostTensors.ofFloats(waiting[group], ROWS, dimension).narrow(0, 0, rowsWaiting[group]));
            }
            rowsWaiting[group] = 0;
        }
    }

    /** The moments of all vectors. */
    FeatureMoments all() {
        return without(-1);
    }

    /** The moments of all vectors except those of one group. */
    FeatureMoments without(int group) {
        FeatureMoments moments = new FeatureMoments(dimension);
        IntStream.range(0, groups.length).filter(other -> other != group).forEach(other -> {
            takeIn(other);
            moments.add(groups[other]);
        });
        return moments;
    }
}
