package org.bcm4j.spark;

import java.util.List;
import org.bcm4j.Images;

/** Computes the results of rows in an executor. */
interface BatchTask {
    /**
     * Prepares an image for the task.
     *
     * @throws IllegalArgumentException if the image is of no use to the task
     */
    Images prepared(Images image);

    /**
     * Checks the class of a row.
     *
     * @throws org.bcm4j.storage.UserException if the model has no such class
     */
    default void requireLabel(String label) {}

    /**
     * The results of inputs of one shape, in their order, of the task's {@link ImageTask#resultType}.
     *
     * @throws IllegalArgumentException if an input does not fit
     * @throws org.bcm4j.storage.UserException if the settings do not fit the model
     */
    List<Object> results(List<RowInput> inputs);
}
