package org.bcm4j.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;

/**
 * CIFAR-10: 32 x 32 colour pictures in ten classes, 50,000 for training and 10,000 for tests. Reads the published
 * binary version: {@code data_batch_1.bin} to {@code data_batch_5.bin} and {@code test_batch.bin}. Each image is one
 * byte of class and three planes.
 *
 * @param directory the directory of the files
 */
public record Cifar10(Path directory) implements DataSource {
    private static final int SIDE = 32;
    private static final int PIXELS = 3 * SIDE * SIDE;
    private static final int RECORD = 1 + PIXELS;

    private static final List<String> CLASS_NAMES =
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

    @Override
    public String title() {
        return "cifar10";
    }

    @Override
    public LabelledImages training() {
        return read(IntStream.rangeClosed(1, 5)
                .mapToObj(i -> "data_batch_" + i + ".bin")
                .toList());
    }

    @Override
    public LabelledImages test() {
        return read(List.of("test_batch.bin"));
    }

    private LabelledImages read(List<String> names) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String name : names) {
            all.writeBytes(content(directory.resolve(name)));
        }
        return images(all.toByteArray());
    }

    /** The images of records that have been checked. */
    private static LabelledImages images(byte[] all) {
        int count = all.length / RECORD;
        byte[] pixels = new byte[count * PIXELS];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = all[i * RECORD];
            System.arraycopy(all, i * RECORD + 1, pixels, i * PIXELS, PIXELS);
        }
        return new LabelledImages(pixels, labels, 3, SIDE, SIDE, CLASS_NAMES);
    }

    private static byte[] content(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new UserException("CIFAR-10: there is no " + file.toAbsolutePath()
                    + "; unpack the data set's \"binary version\" and set data.directory to its folder");
        }
        try {
            byte[] records = Files.readAllBytes(file);
            requireRecords(records, file.toString());
            return records;
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    /**
     * The images of files of the binary version that are not in a directory, such as those of an archive.
     *
     * @param files the content of each file, by its name, in order
     * @throws UserException if a file does not hold whole images, or an image has no class
     */
    public static LabelledImages of(Map<String, byte[]> files) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        files.forEach((name, records) -> {
            requireRecords(records, name);
            all.writeBytes(records);
        });
        return images(all.toByteArray());
    }

    private static void requireRecords(byte[] records, String name) {
        if (records.length == 0 || records.length % RECORD != 0) {
            throw new UserException(name + ": " + records.length + " bytes are not a whole number of images of "
                    + RECORD + "; fetch it again");
        }
        for (int start = 0; start < records.length; start += RECORD) {
            if (records[start] < 0 || records[start] >= CLASS_NAMES.size()) {
                throw new UserException(name + ": image " + start / RECORD + " has the class "
                        + Byte.toUnsignedInt(records[start]) + ", not 0 to 9; fetch it again");
            }
        }
    }
}
