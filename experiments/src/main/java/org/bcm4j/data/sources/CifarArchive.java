package org.bcm4j.data.sources;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.bcm4j.checkpoint.PickledImages;
import org.bcm4j.data.Cifar10;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;

/** CIFAR-10 as published: the binary or the Python version, unpacked or not. */
final class CifarArchive {
    private static final List<String> TRAINING =
            IntStream.rangeClosed(1, 5).mapToObj(i -> "data_batch_" + i).toList();
    private static final List<String> TEST = List.of("test_batch");
    private static final String BINARY = ".bin";

    private CifarArchive() {}

    /** Whether a file belongs to the data set. */
    static boolean isBatch(String name) {
        String stem = name.endsWith(BINARY) ? name.substring(0, name.length() - BINARY.length()) : name;
        return TRAINING.contains(stem) || TEST.contains(stem);
    }

    static boolean isIn(Path folder) {
        String first = TRAINING.get(0);
        return Files.isRegularFile(folder.resolve(first)) || Files.isRegularFile(folder.resolve(first + BINARY));
    }

    static PictureSet ofFolder(Path folder) {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> content = Files.list(folder)) {
            for (Path file : content.filter(path -> isBatch(path.getFileName().toString()))
                    .toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw FileFailure.reading(folder, e);
        }
        return of(files, folder);
    }

    /** @param tar the unpacked archive */
    static PictureSet ofTar(InputStream tar, Path file) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        TarArchiveInputStream entries = new TarArchiveInputStream(new BufferedInputStream(tar, 1 << 16));
        for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
            String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
            if (isBatch(name)) {
                files.put(name, entries.readAllBytes());
            }
        }
        return of(files, file);
    }

    private static PictureSet of(Map<String, byte[]> files, Path place) {
        boolean binary = files.keySet().stream().anyMatch(name -> name.endsWith(BINARY));
        boolean hasTest = files.containsKey(TEST.get(0) + (binary ? BINARY : ""));
        return new PictureSet(
                "CIFAR-10, " + (binary ? "binary" : "Python") + " version",
                part(files, TRAINING, binary, place, "train"),
                hasTest ? Optional.of(part(files, TEST, binary, place, "test")) : Optional.empty());
    }

    private static PictureSource part(
            Map<String, byte[]> files, List<String> batches, boolean binary, Path place, String name) {
        Map<String, byte[]> records = new LinkedHashMap<>();
        for (String batch : batches) {
            String file = batch + (binary ? BINARY : "");
            byte[] content = files.get(file);
            if (content == null) {
                throw new UserException(place + ": there is no " + file + " of CIFAR-10; fetch the data set again");
            }
            records.put(
                    place + ", " + file, binary ? content : records(PickledImages.read(content, place + ", " + file)));
        }
        return new LabelledPictures(Cifar10.of(records), name);
    }

    /** The same images in the form of the binary version: a byte of class, and the planes. */
    private static byte[] records(PickledImages images) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (int i = 0; i < images.size(); i++) {
            // A class that a byte cannot hold becomes one that is refused.
            records.write(Math.max(-1, Math.min(127, images.label(i))));
            records.writeBytes(images.image(i));
        }
        return records.toByteArray();
    }
}
