package org.bcm4j.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.bcm4j.metrics.samples.FeatureMoments;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;

/** Fréchet distances between columns of features that {@link BcmTransformer} computed. */
public final class FeatureColumns {
    /** An update of the moments costs the same for one row as for this many. */
    private static final int ROWS = 64;

    private static final int MERGING_DEPTH = 2;

    private FeatureColumns() {}

    /**
     * Mean and covariance of a column of features; each partition gathers its own. Rows without features are left out.
     *
     * @param column of vectors of one length
     * @throws UserException if no row has features
     */
    public static FeatureMoments moments(Dataset<Row> rows, String column) {
        try {
            return rows.select(column)
                    .na()
                    .drop()
                    .toJavaRDD()
                    .mapPartitions(FeatureColumns::gathered)
                    .treeReduce(FeatureColumns::merged, MERGING_DEPTH);
        } catch (UnsupportedOperationException e) {
            // So Spark says that there is nothing. To ask it before would compute features twice.
            throw new UserException("column " + column + ": no row has features", e);
        }
    }

    /**
     * The squared Fréchet distance between Gaussians fitted to two columns of features. With Inception features it is
     * the FID.
     *
     * @throws UserException if a column has fewer than two rows with features
     */
    public static double frechetDistance(Dataset<Row> rows, String column, Dataset<Row> others, String otherColumn) {
        FeatureMoments first = moments(rows, column);
        FeatureMoments second = moments(others, otherColumn);
        if (Math.min(first.count(), second.count()) < 2) {
            throw new UserException("a distance needs at least 2 rows with features in each column");
        }
        return first.distanceTo(second);
    }

    private static Iterator<FeatureMoments> gathered(Iterator<Row> rows) {
        if (!rows.hasNext()) {
            return List.<FeatureMoments>of().iterator();
        }
        List<double[]> waiting = new ArrayList<>();
        waiting.add(vector(rows.next()));
        FeatureMoments moments = new FeatureMoments(waiting.get(0).length);
        while (rows.hasNext()) {
            if (waiting.size() == ROWS) {
                add(moments, waiting);
            }
            waiting.add(vector(rows.next()));
        }
        add(moments, waiting);
        return List.of(moments).iterator();
    }

    private static void add(FeatureMoments moments, List<double[]> vectors) {
        int length = vectors.get(0).length;
        double[] all = new double[vectors.size() * length];
        for (int i = 0; i < vectors.size(); i++) {
            System.arraycopy(vectors.get(i), 0, all, i * length, length);
        }
        try (Scope scope = Scope.open()) {
            moments.add(HostTensors.ofDoubles(all, vectors.size(), length));
        }
        vectors.clear();
    }

    private static double[] vector(Row row) {
        return ((Vector) row.get(0)).toArray();
    }

    private static FeatureMoments merged(FeatureMoments first, FeatureMoments second) {
        first.add(second);
        return first;
    }
}
