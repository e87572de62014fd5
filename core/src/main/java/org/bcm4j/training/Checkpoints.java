package org.bcm4j.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.UserException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run: {@code step-00001000.safetensors} and beside it a {@code .json} with its SHA-256, which is written last and
 * so marks a checkpoint as whole. Resuming takes the newest one that passes its checksum.
 */
final class Checkpoints {
    private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);
    private static final Pattern SEAL = Pattern.compile("step-(\\d{8,})\\.json");

    /** What the {@code .json} says. */
    record Seal(long step, String sha256) {}

    private final Path directory;

    Checkpoints(Path directory) {
        this.directory = directory;
    }

    /** Writes a checkpoint, then deletes all but the newest {@code keep}. */
    void save(TrainingState state, int keep) {
        createDirectory();
        Path data = file(state.step, ".safetensors");
        state.save(data);
        ConfigFile.write(file(state.step, ".json"), new Seal(state.step, Checksum.sha256(data)));
        sealed().stream().skip(keep).forEach(this::delete);
    }

    /**
     * Restores the newest whole checkpoint, passing over damaged ones with a warning.
     *
     * @return its step, or nothing if the run has no whole checkpoint
     */
    Optional<Long> restore(TrainingState state) {
        for (long step : sealed()) {
            Path data = file(step, ".safetensors");
            if (isWhole(step, data)) {
                state.load(data);
                return Optional.of(step);
            }
            log.warn("{} does not match its checksum; going back to an earlier checkpoint", data);
        }
        return Optional.empty();
    }

    private boolean isWhole(long step, Path data) {
        try {
            Seal seal = ConfigFile.read(file(step, ".json"), Seal.class);
            return seal.step() == step && Files.exists(data) && Checksum.sha256(data).equals(seal.sha256());
        } catch (UserException e) {
            return false;
        }
    }

    /** Steps of the sealed checkpoints, newest first. */
    private List<Long> sealed() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> SEAL.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(matcher -> Long.parseLong(matcher.group(1)))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        } catch (IOException e) {
            throw new UserException(directory + ": cannot be listed (" + e.getMessage() + ")", e);
        }
    }

    /** The seal goes first, so that no sealed checkpoint ever lacks its data. */
    private void delete(long step) {
        try {
            Files.deleteIfExists(file(step, ".json"));
            Files.deleteIfExists(file(step, ".safetensors"));
        } catch (IOException e) {
            log.warn("cannot delete an old checkpoint: {}", e.getMessage());
        }
    }

    private void createDirectory() {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UserException(directory + ": cannot be made (" + e.getMessage() + "); choose another --run directory", e);
        }
    }

    private Path file(long step, String suffix) {
        return directory.resolve(String.format("step-%08d%s", step, suffix));
    }
}
