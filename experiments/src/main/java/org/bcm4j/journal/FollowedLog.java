package org.bcm4j.journal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bcm4j.journal.JsonLines.Place;
import org.bcm4j.storage.FileFailure;

/** Reads the log of a run that goes on, each line once. For one thread at a time. */
public final class FollowedLog {
    private final Path file;
    private Place place = Place.BEGIN;

    /** @param file a log of {@link JsonLines}, which may be yet to come */
    public FollowedLog(Path file) {
        this.file = file;
    }

    /**
     * What a log has told since it was asked before.
     *
     * @param anew whether the log was cut or replaced meanwhile, so that these are all of its steps
     */
    public record News(boolean anew, List<StepRecord> steps) {
        public News {
            steps = List.copyOf(steps);
        }
    }

    /**
     * Reads the finished lines that came since the last call.
     *
     * @throws org.bcm4j.storage.UserException if the file cannot be read, or a line is no log line; the next call begins
     *     where this one began
     */
    public News news() {
        List<StepRecord> steps = new ArrayList<>();
        try {
            boolean anew = !isWhereItWas();
            Place[] reached = {anew ? Place.BEGIN : place};
            if (Files.exists(file)) {
                JsonLines.forEachLine(file, reached[0], (line, behind) -> {
                    if (line instanceof LogLine.Step step) {
                        steps.add(step.record());
                    }
                    reached[0] = behind;
                    return true;
                });
            }
            place = reached[0];
            return new News(anew, steps);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    /** Whether the last line that was read still ends there. A run that is continued cuts its log and writes on. */
    private boolean isWhereItWas() throws IOException {
        if (place.end() == 0) {
            return true;
        }
        byte[] expected = (place.text() + "\n").getBytes(StandardCharsets.UTF_8);
        if (!Files.exists(file) || Files.size(file) < place.end()) {
            return false;
        }
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            byte[] there = new byte[expected.length];
            open.seek(place.end() - there.length);
            return open.read(there) == there.length && Arrays.equals(there, expected);
        }
    }
}
