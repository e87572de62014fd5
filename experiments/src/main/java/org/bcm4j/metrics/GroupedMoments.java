package org.bcm4j.metrics;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The moments of feature vectors that arrive in batches, and what they are without each of the {@link Jackknife}'s groups. */
final class GroupedMoments {
    /** Rows that are gathered of a group before its moments take them in, which costs the same for one as for these. */
    private static final int ROWS = 32;

    private final int dimension;
    private final Jackknife.Division division;
    private final FeatureMoments[] groups;
    private final float[][] waiting;
    private final int[] rowsWaiting;

    /** @param count how many groups; each keeps a covariance */
    GroupedMoments(int dimension, int count) {
        this.dimension = dimension;
        division = new Jackknife.Division(count);
        groups = Stream.generate(() -> new FeatureMoments(dimension))
                .limit(count)
                .toArray(FeatureMoments[]::new);
        waiting = new float[count][ROWS * dimension];
        rowsWaiting = new int[count];
    }

    /** Takes in a batch, floating point [B,D]. */
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

    /** Of all vectors. */
    FeatureMoments all() {
        return without(-1);
    }

    /** Of all vectors but those of one group. */
    FeatureMoments without(int group) {
        FeatureMoments moments = new FeatureMoments(dimension);
        IntStream.range(0, groups.length).filter(other -> other != group).forEach(other -> {
            takeIn(other);
            moments.add(groups[other]);
        });
        return moments;
    }
}
