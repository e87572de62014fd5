package org.bcm4j.spark;

import java.io.Serializable;
import org.apache.spark.sql.types.StructType;

/**
 * The settings of a {@link BcmTransformer}, as they travel to executors.
 *
 * @param model where the model or the network of features is
 * @param steps evaluations; 0 for the task's own number
 * @param walk empty for the model's own walk
 * @param sigma the noise to remove, where black is -1 and white 1
 * @param batchSize rows that are computed together
 * @param columns where a row has what the task needs
 * @param results the columns of the results
 */
record TaskSettings(
        ImageTask task,
        String model,
        int steps,
        String walk,
        long seed,
        double sigma,
        int batchSize,
        Columns columns,
        StructType results)
        implements Serializable {

    /** Places of columns in a row; {@link #ABSENT} for those that are not there. */
    record Columns(int input, int label, int number) implements Serializable {
        static final int ABSENT = -1;
    }
}
