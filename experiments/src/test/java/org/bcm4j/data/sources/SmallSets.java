package org.bcm4j.data.sources;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.bcm4j.images.RasterPixels;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.io.TempDir;

/** A folder in which tests write small sets of pictures, which they open. */
abstract class SmallSets {
    @TempDir
    Path directory;

    /** What a source says of its pictures: name, class, level of the first pixel. */
    static List<String> contents(PictureSource source) throws UnusablePictureException {
        List<String> contents = new ArrayList<>();
        for (int i = 0; i < source.size(); i++) {
            RasterPixels picture = source.read(i);
            contents.add(source.name(i)
                    + (source.classes().isEmpty() ? "" : " " + source.classes().get(source.label(i)))
                    + " " + Byte.toUnsignedInt(picture.values()[0]));
        }
        return contents;
    }

    PictureSet open(String... names) {
        return PictureSources.open(Stream.of(names).map(directory::resolve).toList(), Optional.empty());
    }

    void refused(String message, String... names) {
        assertThatThrownBy(() -> open(names))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message)
                .message()
                .hasLineCount(1);
    }

    void picture(String name, int level) throws IOException {
        TinyPictures.write(directory.resolve(name), level, 1, 2, 3);
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] png(int level) {
        return TinyPictures.png(level, 1, 2, 3);
    }

    byte[] bytes(String file) throws IOException {
        return Files.readAllBytes(directory.resolve(file));
    }

    /** Writes a zip file. */
    void zip(String name, Map<String, byte[]> entries) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(directory.resolve(name)))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
    }

    /** A zip file whose content can be changed. */
    static ByteBuffer zipFile(byte[] content) {
        return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Where the last entry of a zip file is described. */
    static int description(ByteBuffer zip) {
        int at = zip.capacity() - Integer.BYTES;
        while (zip.getInt(at) != 0x02014b50) {
            at--;
        }
        return at;
    }

    /** Writes a tar file, gzipped if its name says so. */
    void tar(String name, Map<String, byte[]> entries) throws IOException {
        try (OutputStream file = Files.newOutputStream(directory.resolve(name));
                OutputStream out = name.endsWith("gz") ? new GZIPOutputStream(file) : file;
                TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                TarArchiveEntry header = new TarArchiveEntry(entry.getKey());
                header.setSize(entry.getValue().length);
                tar.putArchiveEntry(header);
                tar.write(entry.getValue());
                tar.closeArchiveEntry();
            }
        }
    }

    /** How often this process has a file open. */
    long openFiles(String name) throws IOException {
        Path file = directory.resolve(name).toRealPath();
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(descriptor -> leadsTo(descriptor, file)).count();
        }
    }

    private static boolean leadsTo(Path link, Path file) {
        try {
            return Files.readSymbolicLink(link).equals(file);
        } catch (IOException closed) {
            return false;
        }
    }
}
