package org.bcm4j.spark;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.Walk;

/** What {@link BcmTransformer} makes of each row. */
public enum ImageTask {
    /** Generates an image, from the row's noise if there is one, else from the noise of the row's number. */
    SAMPLE,
    /** Finds the noise that generates the row's image: a vector of C·H·W numbers. */
    INVERT,
    /** Inverts the row's image and generates it again. */
    RECONSTRUCT,
    /** Improves the row's damaged image. */
    RESTORE,
    /** Enlarges the row's image, whose size is a half or a quarter of the model's. */
    SUPERRES,
    /** Removes noise of a known standard deviation from the row's image. */
    DENOISE,
    /** Computes the features of the row's image that a Fréchet distance compares: a vector. */
    FEATURES,
    /** Measures how well the model inverts the row's image: a structure of the columns {@link Scores#TYPE}. */
    SCORES;

    /** The name in lower case, as settings spell it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws UserException if there is no such task */
    static ImageTask named(String text) {
        return Arrays.stream(values())
                .filter(task -> task.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new UserException("task \"" + text + "\" is unknown; tasks are "
                        + Arrays.stream(values()).map(ImageTask::text).collect(Collectors.joining(", "))));
    }

    /**
     * Checks that a walk leads where this task leads.
     *
     * @param sigma the scale of the noise to remove
     * @throws UserException if it does not
     */
    void requireWalk(Walk walk, double sigma) {
        boolean leads = switch (this) {
            case SAMPLE -> walk.generates();
            case INVERT, SCORES -> walk.inverts() && walk.nfe() > 0;
            case RECONSTRUCT -> walk.start() == 0;
            case RESTORE -> walk.start() == 0 && walk.end() == 0;
            case SUPERRES -> (walk.start() == 0 || walk.start() == NoiseScales.SIGMA_MAX) && walk.end() == 0;
            case DENOISE -> walk.start() == sigma && walk.end() == 0;
            case FEATURES -> false;
        };
        if (!leads) {
            throw new UserException("walk: \"" + walk + "\" does not lead where the task " + text()
                    + " leads; set another," + " or none for the task's own");
        }
    }

    /** The type of the column that holds the results. */
    DataType resultType() {
        return switch (this) {
            case INVERT, FEATURES -> SQLDataTypes.VectorType();
            case SCORES -> Scores.TYPE;
            case SAMPLE, RECONSTRUCT, RESTORE, SUPERRES, DENOISE -> DataTypes.BinaryType;
        };
    }

    /** The type of the column that holds the inputs. */
    DataType inputType() {
        return this == SAMPLE ? SQLDataTypes.VectorType() : DataTypes.BinaryType;
    }
}
