package org.bcm4j.data.sources;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.bcm4j.data.GzippedContent;
import org.bcm4j.data.LeftOut;
import org.bcm4j.data.PictureFolder;
import org.bcm4j.data.TemporaryContent;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.storage.ExactBytes;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The pictures of tar files, in the order of the files and of their entries. In a WebDataset the entries of a sample
 * have the same name up to the first dot after the last slash; a sample's class is in its {@code .cls}, or in its
 * {@code .json} under {@code label}, {@code cls} or {@code class}, and it has one picture. In other tar files each picture
 * stands for itself, and the folders are the classes. The names of several files tell how the set is divided.
 * Tar files are read in place; gzipped ones are unpacked into temporary files first.
 */
final class TarFiles implements EncodedPictures.Files {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> JSON_KEYS = List.of("label", "cls", "class");
    private static final String CLASS = "cls";
    private static final String DESCRIPTION = "json";

    /** The marks of entries that hold content; the second is that of the oldest tar files. */
    private static final Set<Byte> REGULAR = Set.of(TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM);

    /** Where a picture is: which tar file, and which of its bytes. */
    private record Place(String name, int archive, long start, int length) {}

    /** The entries of one sample that matter. */
    private static final class Sample {
        private final List<Place> pictures = new ArrayList<>();
        private Optional<String> label = Optional.empty();
    }

    private final List<Path> archives;

    /** The unpacked content of gzipped files, by the number of the file. */
    private final Map<Integer, FileChannel> unpacked = new HashMap<>();

    private final List<Place> pictures = new ArrayList<>();
    private final List<Optional<String>> labels = new ArrayList<>();

    private final LeftOut leftOut = new LeftOut();

    private TarFiles(List<Path> archives) {
        this.archives = archives;
    }

    /** @param archives at least one */
    static PictureSet open(List<Path> archives) {
        Divisions divisions = Divisions.of(archives);
        List<TarFiles> opened = new ArrayList<>();
        boolean complete = false;
        try {
            TarFiles training = open(divisions.training(), opened);
            Optional<Map.Entry<String, TarFiles>> test =
                    divisions.testOrRefusal(files -> open(files, opened).withClassesAs(training));
            String format = archives.size() == 1 ? "tar file" : archives.size() + " tar files";
            PictureSet set = set(
                    format + divisions.described(test.map(Map.Entry::getKey)), training, test.map(Map.Entry::getValue));
            complete = true;
            return set;
        } finally {
            if (!complete) {
                opened.forEach(TarFiles::close);
            }
        }
    }

    /** @param opened takes the files before they are read */
    private static TarFiles open(List<Path> archives, List<TarFiles> opened) {
        TarFiles files = new TarFiles(archives);
        opened.add(files);
        for (int i = 0; i < archives.size(); i++) {
            files.index(i);
        }
        String source = archives.get(0) + (archives.size() > 1 ? " and on" : "");
        if (files.pictures.isEmpty()) {
            throw new UserException(
                    source + ": holds no pictures (" + String.join(", ", ImageFiles.ENDINGS) + "); use another file");
        }
        files.leftOut.report(source, files.size());
        return files;
    }

    private static PictureSet set(String format, TarFiles training, Optional<TarFiles> test) {
        List<String> ofTraining = training.classes();
        List<String> all = new ArrayList<>(ofTraining);
        test.filter(files -> !ofTraining.isEmpty()).ifPresent(files -> all.addAll(files.classes()));
        Labels labels = training.hasLabels()
                ? Labels.ofTexts(all, training.archives.get(0).toString())
                : Labels.ofNames(all);
        int first = training.size();
        return new PictureSet(
                format,
                new EncodedPictures(training, labels.part(0, first)),
                test.map(files -> new EncodedPictures(files, labels.part(first, first + files.size()))));
    }

    private void index(int archive) {
        Path file = archives.get(archive);
        Map<String, Sample> samples = new LinkedHashMap<>();
        try (InputStream start = new BufferedInputStream(Files.newInputStream(file));
                InputStream content = GzippedContent.unpacked(start)) {
            if (content instanceof GZIPInputStream) {
                unpacked.put(archive, TemporaryContent.of(content));
            }
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
        FileChannel open = unpacked.get(archive);
        try (FileChannel own = open == null ? FileChannel.open(file) : null) {
            // Not closed: that closes the channel, and an unpacked file is needed later.
            TarFile tar = new TarFile(open == null ? own : open);
            for (TarArchiveEntry entry : tar.getEntries()) {
                if (!entry.isDirectory()) {
                    add(samples, tar, entry, archive);
                }
            }
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
        for (Sample sample : samples.values()) {
            if (sample.pictures.size() > 1 && sample.label.isPresent()) {
                throw new UserException(
                        file + ", entry " + sample.pictures.get(1).name()
                                + ": is a second picture of its sample, beside "
                                + sample.pictures.get(0).name() + "; leave one out");
            }
            for (Place picture : sample.pictures) {
                pictures.add(picture);
                labels.add(sample.label);
            }
        }
    }

    private void add(Map<String, Sample> samples, TarFile tar, TarArchiveEntry entry, int archive) throws IOException {
        String name = PictureFolder.name(entry.getName()).replaceFirst("^(\\./)+", "");
        int slash = name.lastIndexOf('/');
        int dot = name.indexOf('.', slash + 1);
        String ending = name.substring(dot + 1).toLowerCase(Locale.ROOT);
        boolean picture = ImageFiles.isPicture(name);
        // Others are hidden, or have no ending.
        boolean wanted = dot > slash + 1 && (picture || ending.equals(CLASS) || ending.equals(DESCRIPTION));
        if (!wanted) {
            leftOut.add(name);
            return;
        }
        String where = archives.get(archive) + ", entry " + entry.getName();
        requireContent(entry, where);
        Sample sample = samples.computeIfAbsent(name.substring(0, dot), key -> new Sample());
        if (picture) {
            sample.pictures.add(new Place(name, archive, entry.getDataOffset(), (int) entry.getSize()));
        } else if (ending.equals(CLASS)) {
            sample.label = Optional.of(text(tar, entry).strip());
        } else if (sample.label.isEmpty()) {
            sample.label = jsonLabel(text(tar, entry), where);
        }
    }

    /** Links have no content of their own, and that of sparse files is not in one piece. */
    private static void requireContent(TarArchiveEntry entry, String where) {
        boolean ordinary = REGULAR.contains(entry.getLinkFlag()) && !entry.isSparse();
        if (!ordinary) {
            throw new UserException(where + ": is a link, a sparse file or no file, whose content is not in its place;"
                    + " make the tar file with --dereference --hard-dereference and without --sparse");
        }
        if (entry.getSize() > Integer.MAX_VALUE) {
            throw new UserException(where + ": has " + entry.getSize() + " bytes, more than the limit of "
                    + Integer.MAX_VALUE + "; leave it out");
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

    /** Whether the class of a picture is in its sample, and not the name of its folder. */
    private boolean hasLabels() {
        return labels.stream().anyMatch(Optional::isPresent);
    }

    /** Absent, and closed, if the pictures for training have classes, but these have not. */
    private Optional<TarFiles> withClassesAs(TarFiles training) {
        if (!training.classes().isEmpty()
                && (hasLabels() != training.hasLabels() || classes().isEmpty())) {
            close();
            return Optional.empty();
        }
        return Optional.of(this);
    }

    /** The class of each picture; empty if they have none. */
    private List<String> classes() {
        if (!hasLabels()) {
            return Labels.folders(
                    pictures.stream().map(Place::name).toList(), archives.get(0).toString());
        }
        for (int i = 0; i < labels.size(); i++) {
            if (labels.get(i).isEmpty()) {
                throw new UserException(place(i) + ": its sample has no class (.cls or .json), but others have one;"
                        + " add it, or leave the picture out");
            }
        }
        return labels.stream().map(Optional::orElseThrow).toList();
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
        return ExactBytes.at(channel, place.start(), place.length()).array();
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
