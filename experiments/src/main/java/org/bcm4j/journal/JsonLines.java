package org.bcm4j.journal;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;

/**
 * A log for programs: one JSON object per line, {@code {"step":100,"images":6400,"loss":0.25}} for a step and {@code
 * {"note":"..."}} for a remark. Pictures are not recorded. Each line is passed to the operating system as a whole, so a
 * process that dies loses nothing that it has recorded.
 */
public final class JsonLines implements Journal {
    private final Path file;
    private final OutputStream out;

    private JsonLines(Path file, OutputStream out) {
        this.file = file;
        this.out = out;
    }

    /**
     * Opens the log of a run that continues from a step, and creates it and its directory if missing. Everything from
     * the first line of a later step on is cut off, because the run will record it anew. An unfinished last line, left
     * by a crash, is cut off too.
     *
     * @param lastStep the step of the checkpoint from which the run resumes, 0 for a new run
     * @throws UserException if the file cannot be written, or a line is no log line; the file then stays unchanged
     */
    public static JsonLines resume(Path file, long lastStep) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                channel.truncate(lengthUpTo(file, lastStep));
            }
            return new JsonLines(file, Files.newOutputStream(file, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }

    /**
     * Reads the steps of a log. The log can be in use; an unfinished last line is ignored.
     *
     * @return the records in the order of the file
     * @throws UserException if the file cannot be read, or a line is no log line
     */
    public static List<StepRecord> read(Path file) {
        List<StepRecord> records = new ArrayList<>();
        try {
            forEachLine(file, Place.BEGIN, (line, place) -> {
                if (line instanceof LogLine.Step step) {
                    records.add(step.record());
                }
                return true;
            });
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
        return records;
    }

    @Override
    public void step(StepRecord record) {
        write(new LogLine.Step(record));
    }

    @Override
    public void image(String tag, long step, byte[] png) {
        // Pictures are not recorded.
    }

    @Override
    public void note(String text) {
        write(new LogLine.Note(text));
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }

    private void write(LogLine line) {
        try {
            out.write((line.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }

    /** The length in bytes of the finished lines before the first one of a later step. */
    private static long lengthUpTo(Path file, long lastStep) throws IOException {
        long[] kept = {0};
        forEachLine(file, Place.BEGIN, (line, place) -> {
            boolean later = line instanceof LogLine.Step step && step.record().step() > lastStep;
            kept[0] = later ? kept[0] : place.end();
            return !later;
        });
        return kept[0];
    }

    /**
     * Behind a finished line.
     *
     * @param end in bytes from the begin of the file
     * @param number of the line, from 1
     * @param text of the line
     */
    record Place(long end, int number, String text) {
        static final Place BEGIN = new Place(0, 0, "");
    }

    /** Visits a finished line; returns whether to continue. */
    interface LineVisitor {
        boolean visit(LogLine line, Place place);
    }

    /** Visits the finished lines behind a place. */
    static void forEachLine(Path file, Place from, LineVisitor visitor) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            in.skipNBytes(from.end());
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            long position = from.end();
            int number = from.number();
            boolean goOn = true;
            for (int next = in.read(); goOn && next >= 0; next = in.read()) {
                position++;
                if (next == '\n') {
                    Place place = new Place(position, ++number, line.toString(StandardCharsets.UTF_8));
                    goOn = visitor.visit(parse(file, place), place);
                    line.reset();
                } else {
                    line.write(next);
                }
            }
        }
    }

    private static LogLine parse(Path file, Place place) {
        try {
            return LogLine.parse(place.text());
        } catch (IllegalArgumentException e) {
            throw new UserException(
                    file + ":" + place.number() + ": not a line of a training log (" + e.getMessage()
                            + "); correct it or move the file away",
                    e);
        }
    }
}
