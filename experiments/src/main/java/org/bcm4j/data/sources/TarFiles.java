package org.bcm4j.data.sources;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.bcm4j.data.PictureFolder;
import org.bcm4j.data.TemporaryContent;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.storage.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The pictures of tar files, in the order of the files and of their entries. In a WebDataset the entries of a sample
 * have the same name up to the first dot after the last slash; a sample's class is in its {@code .cls}, or in its
 * {@code .json} under {@code label}, {@code cls} or {@code class}. In other tar files the folders are the classes.
 * Tar files are read in place; gzipped ones are unpacked into temporary files first.
 */
final class TarFiles implements EncodedPictures.Files {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> JSON_KEYS = List.of("label", "cls", "class");
    private static final int GZIP = 0x1f8b;

    /** Where a picture is: which tar file, and which of its bytes. */
    private record Place(String name, int archive, long start, int length) {}

    /** The entries of one sample that matter. */
    private static final class Sample {
        private Optional<Place> picture = Optional.empty();
        private Optional<String> label = Optional.empty();
    }

    private final List<Path> archives;

    /** The unpacked content of gzipped files, by the number of the file. */
    private final Map<Integer, FileChannel> unpacked = new HashMap<>();

    private final List<Place> pictures = new ArrayList<>();
    private final List<Optional<String>> labels = new ArrayList<>();

    private TarFiles(List<Path> archives) {
        this.archives = archives;
    }

    /** @param archives at least one */
    static PictureSet open(List<Path> archives) {
        TarFiles files = new TarFiles(archives);
        boolean complete = false;
        try {
            for (int i = 0; i < archives.size(); i++) {
                files.index(i);
            }
            if (files.pictures.isEmpty()) {
                throw new UserException(archives.get(0) + (archives.size() > 1 ? " and on" : "")
                        + ": holds no pictures (" + String.join(", ", ImageFiles.ENDINGS) + "); use another file");
            }
            complete = true;
            return PictureSet.undivided(
                    archives.size() == 1 ? "tar file" : archives.size() + " tar files",
                    new EncodedPictures(files, files.classes()));
        } finally {
            if (!complete) {
                files.close();
            }
        }
    }

    /** The first bytes of a file, unpacked if they are gzipped. */
    static InputStream unpacked(InputStream content) throws IOException {
        content.mark(2);
        boolean gzipped = (content.read() << 8 | content.read()) == GZIP;
        content.reset();
        return gzipped ? new GZIPInputStream(content, 1 << 16) : content;
    }

    private void index(int archive) {
        Path file = archives.get(archive);
        Map<String, Sample> samples = new LinkedHashMap<>();
        try (InputStream start = new BufferedInputStream(Files.newInputStream(file));
                InputStream content = unpacked(start)) {
            if (content instanceof GZIPInputStream) {
                unpacked.put(archive, TemporaryContent.of(content));
            }
        } catch (IOException e) {
            throw Unreadable.source(file.toString(), e);
        }
        FileChannel open = unpacked.get(archive);
        try (FileChannel own = open == null ? FileChannel.open(file) : null) {
            // Not closed: that closes the channel, and an unpacked file is needed later.
            TarFile tar = new TarFile(open == null ? own : open);
            for (TarArchiveEntry entry : tar.getEntries()) {
                if (entry.isFile()) {
                    add(samples, tar, entry, archive);
                }
            }
        } catch (IOException e) {
            throw Unreadable.source(file.toString(), e);
        }
        samples.values()
                .forEach(sample -> sample.picture.ifPresent(picture -> {
                    pictures.add(picture);
                    labels.add(sample.label);
                }));
    }

    private void add(Map<String, Sample> samples, TarFile tar, TarArchiveEntry entry, int archive) throws IOException {
        String name = PictureFolder.name(entry.getName()).replaceFirst("^(\\./)+", "");
        int slash = name.lastIndexOf('/');
        int dot = name.indexOf('.', slash + 1);
        if (dot <= slash + 1) {
            return; // hidden, or without an ending
        }
        Sample sample = samples.computeIfAbsent(name.substring(0, dot), key -> new Sample());
        String ending = name.substring(dot + 1);
        String where = archives.get(archive) + ", entry " + entry.getName();
        if (ImageFiles.isPicture(name)) {
            if (sample.picture.isPresent()) {
                throw new UserException(where + ": is a second picture of its sample, beside "
                        + sample.picture.get().name() + "; leave one out");
            }
            sample.picture =
                    Optional.of(new Place(name, archive, entry.getDataOffset(), Math.toIntExact(entry.getSize())));
        } else if (ending.equals("cls")) {
            sample.label = Optional.of(text(tar, entry).strip());
        } else if (ending.equals("json") && sample.label.isEmpty()) {
            sample.label = jsonLabel(text(tar, entry), where);
        }
    }

    private static String text(TarFile tar, TarArchiveEntry entry) throws IOException {
        try (InputStream in = tar.getInputStream(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Optional<String> jsonLabel(String text, String where) {
        try {
            JsonNode root = JSON.readTree(text);
            return JSON_KEYS.stream()
                    .map(root::path)
                    .filter(value -> value.isString() || value.isIntegralNumber())
                    .map(JsonNode::asString)
                    .findFirst();
        } catch (JacksonException e) {
            throw new UserException(where + ": is not JSON; write it again", e);
        }
    }

    private Labels classes() {
        boolean none = labels.stream().allMatch(Optional::isEmpty);
        if (none) {
            return Labels.ofFolders(pictures.stream().map(Place::name).toList());
        }
        for (int i = 0; i < labels.size(); i++) {
            if (labels.get(i).isEmpty()) {
                throw new UserException(place(i) + ": its sample has no class (.cls or .json), but others have one;"
                        + " add it, or leave the picture out");
            }
        }
        return Labels.ofTexts(
                labels.stream().map(Optional::orElseThrow).toList(),
                archives.get(0).toString());
    }

    @Override
    public int size() {
        return pictures.size();
    }

    @Override
    public String name(int index) {
        Place place = pictures.get(index);
        return archives.size() == 1
                ? place.name()
                : archives.get(place.archive()).getFileName() + "/" + place.name();
    }

    @Override
    public String place(int index) {
        Place place = pictures.get(index);
        return archives.get(place.archive()) + ", entry " + place.name();
    }

    @Override
    public byte[] read(int index) throws IOException {
        Place place = pictures.get(index);
        FileChannel open = unpacked.get(place.archive());
        if (open != null) {
            return read(open, place);
        }
        // Opened each time: a set can have more files than a process may open.
        try (FileChannel channel = FileChannel.open(archives.get(place.archive()))) {
            return read(channel, place);
        }
    }

    private static byte[] read(FileChannel channel, Place place) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(place.length());
        while (content.hasRemaining()) {
            if (channel.read(content, place.start() + content.position()) < 0) {
                throw new EOFException();
            }
        }
        return content.array();
    }

    @Override
    public void close() {
        for (FileChannel channel : unpacked.values()) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new IllegalStateException("a temporary file cannot be closed", e);
            }
        }
    }
}
