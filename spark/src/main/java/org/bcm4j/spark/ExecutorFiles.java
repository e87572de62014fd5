package org.bcm4j.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.spark.SparkFiles;
import org.bcm4j.BcmModel;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.metrics.inception.InceptionNetwork;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;

/**
 * The models of an executor. Each is loaded once and serves all tasks of the process, to its end. A model that was
 * written anew, as by training, is another one. Thread-safe.
 */
final class ExecutorFiles {
    private static final Map<Version, BcmModel> MODELS = new ConcurrentHashMap<>();
    private static final Map<Version, FeatureNetwork> FEATURES = new ConcurrentHashMap<>();
    private static final Map<Version, InceptionNetwork> INCEPTION = new ConcurrentHashMap<>();

    /**
     * Files at a time.
     *
     * @param place a file or folder
     * @param files the names, times and lengths of its files
     */
    private record Version(Path place, List<String> files) {
        /** @throws UserException if the place cannot be read */
        static Version of(Path place) {
            try (Stream<Path> files = Files.walk(place, 1)) {
                List<String> described = new ArrayList<>();
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    described.add(file + " " + Files.getLastModifiedTime(file) + " " + Files.size(file));
                }
                return new Version(place, described);
            } catch (IOException e) {
                throw FileFailure.reading(place, e);
            }
        }
    }

    private ExecutorFiles() {}

    /** @throws UserException if there is no valid model at the place */
    static BcmModel model(String place) {
        return MODELS.computeIfAbsent(Version.of(find(place)), version -> BcmModel.load(version.place()));
    }

    /** @throws UserException if there is no valid network at the place */
    static FeatureNetwork features(Path folder) {
        return FEATURES.computeIfAbsent(Version.of(folder), version -> FeatureNetwork.open(version.place()));
    }

    /** @throws UserException if there are no valid weights at the place */
    static InceptionNetwork inception(Path file) {
        return INCEPTION.computeIfAbsent(Version.of(file), version -> InceptionNetwork.open(version.place()));
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
