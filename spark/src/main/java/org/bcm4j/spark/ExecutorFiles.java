package org.bcm4j.spark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkFiles;
import org.bcm4j.BcmModel;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.metrics.inception.InceptionNetwork;
import org.bcm4j.storage.UserException;

/** The models of an executor. Each is loaded once and serves all tasks of the process, to its end. Thread-safe. */
final class ExecutorFiles {
    private static final Map<Path, BcmModel> MODELS = new ConcurrentHashMap<>();
    private static final Map<Path, FeatureNetwork> FEATURES = new ConcurrentHashMap<>();
    private static final Map<Path, InceptionNetwork> INCEPTION = new ConcurrentHashMap<>();

    private ExecutorFiles() {}

    /** @throws UserException if there is no valid model at the place */
    static BcmModel model(String place) {
        return MODELS.computeIfAbsent(find(place), BcmModel::load);
    }

    /** @throws UserException if there is no valid network at the place */
    static FeatureNetwork features(Path folder) {
        return FEATURES.computeIfAbsent(folder, FeatureNetwork::open);
    }

    /** @throws UserException if there are no valid weights at the place */
    static InceptionNetwork inception(Path file) {
        return INCEPTION.computeIfAbsent(file, InceptionNetwork::open);
    }

    /**
     * A file or folder that every executor sees, or that Spark has sent to them ({@code --files}, {@code --archives}).
     *
     * @throws UserException if this executor sees neither
     */
    static Path find(String place) {
        Path own = Path.of(place);
        if (Files.exists(own)) {
            return own;
        }
        Path sent = Path.of(SparkFiles.getRootDirectory()).resolve(place);
        if (Files.exists(sent)) {
            return sent;
        }
        throw new UserException(
                place + ": an executor sees no such file; name a place that all machines see, or send it"
                        + " with --archives model.zip#model and name it model");
    }
}
