package org.bcm4j.journal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Stream;
import org.bcm4j.protobuf.ProtoMessage;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;

/**
 * A log for TensorBoard: values as scalars, pictures, and remarks as texts under the tag {@code notes}. Each start of a
 * run adds a file {@code events.out.tfevents.*} to the directory. Point {@code tensorboard --logdir} at the directory
 * or a parent of it.
 *
 * <p>The numbers below are the field numbers of TensorFlow's {@code event.proto}, {@code summary.proto} and
 * {@code tensor.proto}.
 */
public final class TensorBoardEvents implements Journal {
    private static final int EVENT_WALL_TIME = 1;
    private static final int EVENT_STEP = 2;
    private static final int EVENT_FILE_VERSION = 3;
    private static final int EVENT_SUMMARY = 5;
    private static final int EVENT_SESSION_LOG = 7;
    private static final int SESSION_LOG_STATUS = 1;
    private static final int SESSION_START = 1;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE = 2;
    private static final int VALUE_IMAGE = 4;
    private static final int VALUE_TENSOR = 8;
    private static final int VALUE_METADATA = 9;
    private static final int IMAGE_HEIGHT = 1;
    private static final int IMAGE_WIDTH = 2;
    private static final int IMAGE_COLORSPACE = 3;
    private static final int IMAGE_ENCODED = 4;
    private static final int METADATA_PLUGIN = 1;
    private static final int PLUGIN_NAME = 1;
    private static final int TENSOR_TYPE = 1;
    private static final int TENSOR_TYPE_STRING = 7;
    private static final int TENSOR_SHAPE = 2;
    private static final int TENSOR_STRING_VALUE = 8;

    private static final String PREFIX = "events.out.tfevents.";

    private final Path file;
    private final OutputStream out;
    private long latestStep;

    private TensorBoardEvents(Path file, OutputStream out, long latestStep) {
        this.file = file;
        this.out = out;
        this.latestStep = latestStep;
    }

    /**
     * Starts a new event file in the directory, which is created if missing.
     *
     * @param lastStep the step from which the run goes on, 0 at its beginning. TensorBoard then ignores later steps in
     *     earlier files
     * @throws UserException if the file cannot be written
     */
    public static TensorBoardEvents resume(Path directory, long lastStep) {
        long second = Instant.now().getEpochSecond();
        long process = ProcessHandle.current().pid();
        boolean goesOn = lastStep > 0 || holdsEvents(directory);
        for (int attempt = 0; ; attempt++) {
            // TensorBoard reads the files of a directory in name order.
            Path file = directory.resolve(
                    String.format(Locale.ROOT, PREFIX + "%010d.bcm4j.%d.%d", second, process, attempt));
            try {
                Files.createDirectories(directory);
                OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                TensorBoardEvents events = new TensorBoardEvents(file, out, lastStep);
                events.begin(goesOn);
                return events;
            } catch (FileAlreadyExistsException e) {
                if (!Files.isRegularFile(file)) {
                    throw FileFailure.writing(file, e);
                }
            } catch (IOException e) {
                throw FileFailure.writing(file, e);
            }
        }
    }

    /** Whether an earlier process wrote events, perhaps of steps that will be made again. */
    private static boolean holdsEvents(Path directory) {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith(PREFIX));
        } catch (IOException e) {
            throw FileFailure.reading(directory, e);
        }
    }

    private void begin(boolean goesOn) {
        append(event(0).text(EVENT_FILE_VERSION, "brain.Event:2"));
        if (goesOn) {
            ProtoMessage start = new ProtoMessage().int64(SESSION_LOG_STATUS, SESSION_START);
            append(event(latestStep + 1).message(EVENT_SESSION_LOG, start));
        }
    }

    @Override
    public void step(StepRecord record) {
        latestStep = record.step();
        ProtoMessage summary = new ProtoMessage();
        record.values()
                .forEach((name, value) -> summary.message(
                        SUMMARY_VALUE,
                        new ProtoMessage().text(VALUE_TAG, name).real32(VALUE_SIMPLE, value.floatValue())));
        append(event(record.step()).message(EVENT_SUMMARY, summary));
    }

    @Override
    public void image(String tag, long step, byte[] png) {
        PngHeader header = PngHeader.of(png);
        ProtoMessage image = new ProtoMessage()
                .int64(IMAGE_HEIGHT, header.height())
                .int64(IMAGE_WIDTH, header.width())
                .int64(IMAGE_COLORSPACE, header.channels())
                .bytes(IMAGE_ENCODED, png);
        ProtoMessage value = new ProtoMessage().text(VALUE_TAG, tag).message(VALUE_IMAGE, image);
        append(event(step).message(EVENT_SUMMARY, new ProtoMessage().message(SUMMARY_VALUE, value)));
    }

    /** Records a remark at the latest recorded step. TensorBoard renders it as Markdown. */
    @Override
    public void note(String text) {
        ProtoMessage plugin = new ProtoMessage().text(PLUGIN_NAME, "text");
        // A shape without dimensions means a single text.
        ProtoMessage tensor = new ProtoMessage()
                .int64(TENSOR_TYPE, TENSOR_TYPE_STRING)
                .message(TENSOR_SHAPE, new ProtoMessage())
                .bytes(TENSOR_STRING_VALUE, text.getBytes(StandardCharsets.UTF_8));
        ProtoMessage value = new ProtoMessage()
                .text(VALUE_TAG, "notes")
                .message(VALUE_TENSOR, tensor)
                .message(VALUE_METADATA, new ProtoMessage().message(METADATA_PLUGIN, plugin));
        append(event(latestStep).message(EVENT_SUMMARY, new ProtoMessage().message(SUMMARY_VALUE, value)));
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }

    private static ProtoMessage event(long step) {
        Instant now = Instant.now();
        return new ProtoMessage()
                .real64(EVENT_WALL_TIME, now.getEpochSecond() + now.getNano() * 1e-9)
                .int64(EVENT_STEP, step);
    }

    private void append(ProtoMessage event) {
        try {
            EventFile.append(out, event.toBytes());
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }
}
