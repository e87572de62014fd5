package org.bcm4j.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Safetensors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run: {@code step-00001000.safetensors} and a {@code .json} next to it with its SHA-256. The
 * {@code .json} is written last and so marks a checkpoint as complete. Resuming takes the newest checkpoint that passes
 * its checksum. If a write fails or the process is killed, the earlier checkpoints remain. One process at a time owns
 * the directory.
 */
final class Checkpoints {
    private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);
    private static final Pattern SEAL = Pattern.compile("step-(\\d{8,18})\\.json");
    private static final Pattern DATA = Pattern.compile("step-(\\d{8,18})\\.safetensors");
    /** Names written by earlier versions under locales with their own digits. */
    private static final Pattern SEAL_IN_ANY_DIGITS =
            Pattern.compile("step-\\d{8,18}\\.json", Pattern.UNICODE_CHARACTER_CLASS);
    /** All files of a checkpoint, and the temporary files of a killed process. */
    private static final Pattern ANY =
            Pattern.compile("\\.?step-(\\d{8,18})\\.(json|safetensors)(?<temporary>\\..*\\.tmp)?");

    /** The content of the {@code .json}. */
    record Manifest(long step, String sha256) {}

    private final Path directory;

    Checkpoints(Path directory) {
        this.directory = directory;
    }

    /**
     * Writes a checkpoint, then deletes all except the newest {@code keep} up to this one and those of the steps
     * {@code alwaysKept}. Later ones are deleted in any case: they must be damaged, or the run would not have gone back
     * to an earlier step.
     *
     * @throws UserException if the checkpoint cannot be written; the earlier ones remain
     */
    void save(TrainingState state, int keep, Set<Long> alwaysKept) {
        createDirectory();
        Path data = file(state.step, ".safetensors");
        state.save(data);
        ConfigFile.write(file(state.step, ".json"), new Manifest(state.step, Checksum.sha256(data)));
        List<Long> sealed = steps(SEAL).filter(step -> step <= state.step).toList();
        Stream<Long> newest = sealed.stream().limit(keep);
        Stream<Long> others = sealed.stream().filter(alwaysKept::contains);
        deleteAllBut(Stream.concat(newest, others).collect(Collectors.toSet()));
    }

    /**
     * Restores the newest complete checkpoint. Skips damaged and unfinished ones with a warning.
     *
     * @return its step, or nothing if no checkpoint was ever finished
     * @throws UserException if there are checkpoints, but all are damaged or named in other digits, or they belong to
     *     another network
     */
    Optional<Long> restore(TrainingState state) {
        List<Long> sealed = steps(SEAL).toList();
        requireOwnDigits(sealed);
        steps(DATA)
                .filter(step -> !sealed.contains(step))
                .forEach(step -> log.warn(
                        "{} was not finished; going back to an earlier checkpoint", file(step, ".safetensors")));
        for (long step : sealed) {
            Path data = file(step, ".safetensors");
            if (isWhole(step, data)) {
                state.load(data);
                return Optional.of(step);
            }
            log.warn("{} does not match its checksum; going back to an earlier checkpoint", data);
        }
        if (!sealed.isEmpty()) {
            throw new UserException(
                    directory + ": no checkpoint matches its checksum; put one back from a copy, or delete this"
                            + " directory to train from the beginning");
        }
        return Optional.empty();
    }

    /**
     * Refuses to continue from a step if there is a later complete checkpoint: another process has trained since the
     * state was restored, and saving would delete its work.
     *
     * @throws UserException saying to resume again
     */
    void requireNoneAfter(long step) {
        steps(SEAL)
                .filter(later -> later > step && isWhole(later, file(later, ".safetensors")))
                .findFirst()
                .ifPresent(later -> {
                    throw new UserException(directory + ": another process has trained to step " + later
                            + " since this one began at step " + step + "; resume again");
                });
    }

    /**
     * Refuses a run of an incompatible version of bcm4j, before its configuration is read: that can be incompatible
     * too. The newest checkpoint decides, if its header is readable.
     *
     * @throws UserException if that checkpoint is too new or too old
     */
    void requireFormat() {
        Optional<Long> newest = steps(SEAL)
                .filter(step -> Files.exists(file(step, ".safetensors")))
                .findFirst();
        newest.map(step -> file(step, ".safetensors"))
                .filter(Checkpoints::hasHeader)
                .ifPresent(TrainingState::requireFormat);
    }

    /** Whether the file has a readable header. {@link #restore} reports a damaged one. */
    private static boolean hasHeader(Path data) {
        try {
            return !Safetensors.header(data).metadata().isEmpty();
        } catch (UserException damage) {
            return false;
        }
    }

    private void requireOwnDigits(List<Long> sealed) {
        if (sealed.isEmpty()) {
            names().stream()
                    .filter(name -> SEAL_IN_ANY_DIGITS.matcher(name).matches())
                    .max(Comparator.naturalOrder())
                    .ifPresent(name -> {
                        throw new UserException(
                                directory.resolve(name) + ": has digits of another script in its name; rename it"
                                        + " and its .safetensors, as in step-00000020.json, to continue from there");
                    });
        }
    }

    private boolean isWhole(long step, Path data) {
        try {
            Manifest seal = ConfigFile.readPart(file(step, ".json"), Manifest.class);
            return seal.step() == step
                    && Files.exists(data)
                    && Checksum.sha256(data).equals(seal.sha256());
        } catch (UserException e) {
            return false;
        }
    }

    /** The steps in the names of files of one kind, newest first. */
    private Stream<Long> steps(Pattern kind) {
        return names().stream()
                .map(kind::matcher)
                .filter(Matcher::matches)
                .map(matcher -> Long.parseLong(matcher.group(1)))
                .sorted(Comparator.reverseOrder());
    }

    private List<String> names() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw FileFailure.reading(directory, e);
        }
    }

    private void deleteAllBut(Set<Long> kept) {
        try {
            // In this order the .json goes before the data, so a sealed checkpoint never lacks its data.
            for (String name : names().stream().sorted().toList()) {
                Matcher matcher = ANY.matcher(name);
                boolean ours = matcher.matches();
                if (ours && (matcher.group("temporary") != null || !kept.contains(Long.parseLong(matcher.group(1))))) {
                    Files.deleteIfExists(directory.resolve(name));
                }
            }
        } catch (IOException e) {
            log.warn("cannot delete an old checkpoint: {}", e.getMessage());
        }
    }

    private void createDirectory() {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UserException(
                    directory + ": cannot be created (" + e.getMessage() + "); choose another --run directory", e);
        }
    }

    private Path file(long step, String suffix) {
        return directory.resolve(String.format(Locale.ROOT, "step-%08d%s", step, suffix));
    }
}
