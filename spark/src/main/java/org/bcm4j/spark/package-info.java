/**
 * bcm4j on a Spark cluster, for those whom one machine does not serve. {@link org.bcm4j.spark.BcmTransformer} edits the
 * images of a DataFrame, {@link org.bcm4j.spark.FeatureColumns} computes Fréchet distances between two,
 * {@link org.bcm4j.spark.DistributedPacking} packs a data set, and {@link org.bcm4j.spark.DistributedTraining} trains:
 * each task of a barrier stage is a rank. {@link org.bcm4j.spark.SparkCommand} does the last two from spark-submit.
 */
package org.bcm4j.spark;
