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
 * A log that programs read: one JSON object a line, {@code {"step":100,"images":6400,"loss":0.25}} for a step and
 * {@code {"note":"..."}} for a remark. Pictures leave no line. Each line is handed to the operating system as a whole,
 * so that a process that dies loses nothing it has recorded.
 */
public final class JsonLines implements Journal {
    private final Path file;
    private final OutputStream out;

    private JsonLines(Path file, OutputStream out) {
        this.file = file;
        this.out = out;
    }

    /**
     * Opens the log of a run that goes on from a step, creating it and its directory if missing. From the first line of
     * a later step on, everything is cut off, for the run will record it anew; so is a last line that a crash left
     * unfinished.
     *
     * @param lastStep the step of the checkpoint that the run resumes from, 0 for a new run
     * @throws UserException if the file cannot be written, or a line is no line of a log; the file is then left as it
     *     is
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
     * Reads the steps of a log; one that is being written may be read too, its unfinished last line does not count yet.
     *
     * @return the records in the order of the file
     * @throws UserException if the file cannot be read, or a line is no line of a log
     */
    public static List<StepRecord> read(Path file) {
        List<StepRecord> records = new ArrayList<>();
        try {
            forEachLine(file, (line, end) -> {
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
        // A picture is no line of text.
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

    /** The bytes of the finished lines before the first one of a later step. */
    private static long lengthUpTo(Path file, long lastStep) throws IOException {
        long[] kept = {0};
        forEachLine(file, (line, end) -> {
            boolean later = line instanceof LogLine.Step step && step.record().step() > lastStep;
            kept[0] = later ? kept[0] : end;
            return !later;
        });
        return kept[0];
    }

    /** Looks at a finished line that ends before the byte {@code end}; answers whether to go on. */
    private interface LineVisitor {
        boolean visit(LogLine line, long end);
    }

    private static void forEachLine(Path file, LineVisitor visitor) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            long position = 0;
            int number = 1;
            boolean goOn = true;
            for (int next = in.read(); goOn && next >= 0; next = in.read()) {
                position++;
                if (next == '\n') {
                    goOn = visitor.visit(parse(file, number++, line.toString(StandardCharsets.UTF_8)), position);
                    line.reset();
                } else {
                    line.write(next);
                }
            }
        }
    }

    private static LogLine parse(Path file, int number, String line) {
        try {
            return LogLine.parse(line);
        } catch (IllegalArgumentException e) {
            throw new UserException(
                    file + ":" + number + ": not a line of a training log (" + e.getMessage()
                            + "); correct it or move the file away",
                    e);
        }
    }
}
