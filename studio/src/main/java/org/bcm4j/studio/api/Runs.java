package org.bcm4j.studio.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.storage.DirectoryLock;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.bcm4j.studio.work.Deadline;
import org.bcm4j.training.Trainer;
import org.bcm4j.training.TrainingConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Training runs below given directories, as their files tell of them, and the processes that write there. A client names
 * a run by a name that was listed; no path comes from it. Thread-safe.
 */
public final class Runs {
    private static final Pattern SHEET = Pattern.compile("step-(\\d{8,18})\\.png");

    /** What a terminal sends to all that was started from it, such as Ctrl-C, is for the studio alone. */
    private static final List<String> DETACHED = List.of("sh", "-c", "trap '' INT HUP TSTP; exec \"$@\"", "sh");

    private static final Logger LOG = LoggerFactory.getLogger(Runs.class);

    private final List<Path> places;
    private final Function<Path, List<String>> resumption;
    private final Desk desk;
    private final Map<Path, RunLog> logs = new ConcurrentHashMap<>();
    private final Map<Path, DatedConfig> configs = new ConcurrentHashMap<>();
    private final Map<Path, Process> resumed = new ConcurrentHashMap<>();
    /** Each measurement has a model in memory. */
    private final Semaphore measuring = new Semaphore(1);

    /** A configuration as it was at a time; nothing if it is of another version. */
    private record DatedConfig(FileTime time, Optional<TrainingConfig> config) {}

    /**
     * @param places runs, or directories of runs
     * @param resumption the command that continues a run
     */
    Runs(List<Path> places, Function<Path, List<String>> resumption, Desk desk) {
        this.places = List.copyOf(places);
        this.resumption = resumption;
        this.desk = desk;
    }

    /** All runs by name, in the order of the places where names are the same. */
    private Map<String, Path> found() {
        Map<String, Path> runs = new TreeMap<>();
        Set<Path> known = new HashSet<>();
        for (Path place : places) {
            for (Path run : runs(place)) {
                if (known.add(run.toAbsolutePath().normalize())) {
                    runs.put(free(name(run), runs.keySet()), run);
                }
            }
        }
        logs.keySet().retainAll(runs.values());
        configs.keySet().retainAll(runs.values());
        return runs;
    }

    /** A place that is a run, or the runs below it, of which the first may be yet to come. */
    private static List<Path> runs(Path place) {
        if (Trainer.isRun(place)) {
            return List.of(place);
        }
        if (!Files.isDirectory(place)) {
            return List.of();
        }
        try (Stream<Path> below = Files.list(place)) {
            return below.filter(Trainer::isRun).sorted().toList();
        } catch (IOException e) {
            throw told(FileFailure.reading(place, e), place, "the directory of the runs");
        }
    }

    /** A name, or with a number from 2 if others have it. */
    private static String free(String name, Set<String> taken) {
        String free = name;
        for (int number = 2; taken.contains(free); number++) {
            free = name + "-" + number;
        }
        return free;
    }

    private static String name(Path run) {
        return String.valueOf(run.toAbsolutePath().normalize().getFileName());
    }

    private Path run(String name) {
        return Optional.ofNullable(found().get(name))
                .orElseThrow(() -> new ProblemException(404, "there is no such run; see the list of runs"));
    }

    Responses.Runs all() {
        return new Responses.Runs(List.copyOf(found().keySet()));
    }

    /**
     * What is known of a run.
     *
     * @param after the cursor of an earlier answer: only the points after that are told
     */
    Responses.Run one(String name, Optional<String> after) {
        return inRun(name, run -> {
            Path log = run.resolve("log.jsonl");
            RunLog.Told told =
                    logs.computeIfAbsent(run, known -> new RunLog(log)).after(after);
            return new Responses.Run(
                    name,
                    told.step(),
                    config(run).map(TrainingConfig::totalSteps).orElse(0L),
                    trainer(run).isPresent(),
                    age(log),
                    told.whole(),
                    told.points(),
                    told.cursor(),
                    sheets(run));
        });
    }

    private <T> T inRun(String name, Function<Path, T> work) {
        return in(run(name), work);
    }

    /** Works with the files of a run. What is wrong with one is told by its place in the run. */
    private static <T> T in(Path run, Function<Path, T> work) {
        try {
            return work.apply(run);
        } catch (UserException e) {
            throw told(e, run, "the run " + name(run));
        }
    }

    /** What a client may know of a failure: the name of a place instead of its path. */
    private static ProblemException told(UserException failure, Path place, String name) {
        String message = String.valueOf(failure.getMessage());
        return new ProblemException(409, message.replace(place.toString(), name), failure);
    }

    /** A run of another version may have a configuration that cannot be read. */
    private Optional<TrainingConfig> config(Path run) {
        Path file = run.resolve("config.yaml");
        try {
            FileTime time = Files.getLastModifiedTime(file);
            return configs.compute(
                            run, (key, known) -> known != null && known.time.equals(time) ? known : dated(file, time))
                    .config();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static DatedConfig dated(Path file, FileTime time) {
        try {
            return new DatedConfig(time, Optional.of(ConfigFile.read(file, TrainingConfig.class)));
        } catch (UserException e) {
            return new DatedConfig(time, Optional.empty());
        }
    }

    private static double age(Path log) {
        try {
            return Files.exists(log)
                    ? Duration.between(Files.getLastModifiedTime(log).toInstant(), Instant.now())
                                    .toMillis()
                            / 1000.0
                    : 0;
        } catch (IOException e) {
            throw FileFailure.reading(log, e);
        }
    }

    private static List<Long> sheets(Path run) {
        Path folder = run.resolve("samples");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> SHEET.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(sheet -> Long.parseLong(sheet.group(1)))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw FileFailure.reading(folder, e);
        }
    }

    /** The sample sheet of a step, a PNG file. */
    byte[] sheet(String name, long step) {
        return inRun(name, run -> {
            Path file = run.resolve("samples").resolve(String.format(Locale.ROOT, "step-%08d.png", step));
            if (!Files.exists(file)) {
                throw new ProblemException(404, "there is no sample sheet of this step");
            }
            try {
                return Files.readAllBytes(file);
            } catch (IOException e) {
                throw FileFailure.reading(file, e);
            }
        });
    }

    /** The process that trains, or was started to. */
    private Optional<ProcessHandle> trainer(Path run) {
        return DirectoryLock.holder(run)
                .or(() -> Optional.ofNullable(resumed.get(run))
                        .filter(Process::isAlive)
                        .map(Process::toHandle));
    }

    /** Asks the process that trains to save and stop. */
    Responses.Run stop(String name) {
        trainer(run(name))
                .orElseThrow(() -> new ProblemException(409, "this run is not running"))
                .destroy();
        return one(name, Optional.empty());
    }

    /** Starts a process that continues the run. It goes on when the studio ends, whatever ends the studio. */
    Responses.Run resume(String name) {
        return inRun(name, run -> {
            begin(run);
            return one(name, Optional.empty());
        });
    }

    /** One after another: a process that was started holds the run's lock only seconds later. */
    private synchronized void begin(Path run) {
        if (trainer(run).isPresent()) {
            throw new ProblemException(409, "this run is running already");
        }
        List<String> command = new ArrayList<>(DETACHED);
        command.addAll(resumption.apply(run));
        Path output = run.resolve("studio.log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                    .start();
            resumed.put(run, process);
        } catch (IOException e) {
            throw FileFailure.writing(output, e);
        }
    }

    /** Measures the noise that the run's newest model finds for test images. */
    CompletableFuture<Responses.RunNoise> noise(String name, Deadline deadline) {
        Path run = run(name);
        Path folder = run.resolve("model");
        TrainingConfig config = config(run)
                .orElseThrow(() -> new ProblemException(409, "the configuration of this run is of another version"));
        if (!Files.isDirectory(folder) || !config.model().isBidirectional()) {
            throw new ProblemException(409, "this run has no bidirectional model yet");
        }
        if (!measuring.tryAcquire()) {
            throw new ProblemException(429, "the noise of a run is being measured already; ask again later");
        }
        return CompletableFuture.supplyAsync(() -> in(run, place -> NoiseMeasurement.open(testImages(config), folder)))
                .thenCompose(measurement -> measurement
                        .run(desk.queue(), deadline)
                        // Not on the queue's thread, which may be evaluating the model that is closed.
                        .whenCompleteAsync((answer, failure) -> measurement.close()))
                .whenComplete((answer, failure) -> measuring.release());
    }

    /** Where the images of a run lie on the server is for its log alone. */
    private static LabelledImages testImages(TrainingConfig config) {
        try {
            return config.data().test();
        } catch (UserException e) {
            LOG.warn("the test images of a run: {}", e.getMessage());
            throw new ProblemException(409, "the server cannot read the test images of this run; its log says why", e);
        }
    }
}
