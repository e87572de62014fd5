package org.bcm4j.data.packing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.ImageFolder;
import org.bcm4j.data.sources.PictureSet;
import org.bcm4j.data.sources.PictureSource;
import org.bcm4j.storage.AtomicFile;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.DirectoryLock;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;

/**
 * Packs a set into a directory that {@link org.bcm4j.data.PackedImages} reads: {@code train/} and perhaps
 * {@code test/}, each with {@code images-00000.npy} and so on, uint8 [n,C,H,W], and {@code labels.npy}, int64 [N]; and
 * {@code dataset.json}, a {@link PackedSet}. Pictures become squares by {@link org.bcm4j.images.CenterCrop}. If one
 * picture is in colour, all images have three channels.
 *
 * <p>Every file appears whole, or not at all. If the process ends at any moment, the next one keeps the finished files,
 * and the result has the same bytes. Not thread-safe; one process at a time works on a directory.
 */
public final class Packing implements AutoCloseable {
    private static final String DESCRIPTION = "dataset.json";
    private static final String STARTED = ".packing.json";
    private static final Set<String> OWN = Set.of(".lock", STARTED);

    /** What is being packed, which a later process must continue. */
    private record Started(String fingerprint) {}

    private final PictureSet set;
    private final PackingSettings settings;
    private final String source;
    private final Path directory;
    private final DirectoryLock lock;
    private final String fingerprint;
    private final List<PackedPart> parts;

    private Packing(PictureSet set, PackingSettings settings, String source, Path directory, DirectoryLock lock) {
        this.set = set;
        this.settings = settings;
        this.source = source;
        this.directory = directory;
        this.lock = lock;
        this.fingerprint = fingerprint(set, settings);
        parts = parts(set, settings, directory);
    }

    private static List<PackedPart> parts(PictureSet set, PackingSettings settings, Path directory) {
        List<PackedPart> parts = new ArrayList<>();
        parts.add(new PackedPart(set.training(), directory.resolve("train"), settings));
        set.test().ifPresent(test -> parts.add(new PackedPart(test, directory.resolve("test"), settings)));
        return parts;
    }

    /**
     * Prepares the work, or the rest of it.
     *
     * @param set remains open
     * @param source names the set in its description
     * @param directory new, empty, or where the same work was begun
     * @throws UserException if the directory holds anything else or cannot be written, or another process works there
     */
    public static Packing open(PictureSet set, PackingSettings settings, String source, Path directory) {
        requireOwn(directory);
        DirectoryLock lock = DirectoryLock.of(directory);
        boolean ready = false;
        try {
            Packing packing = new Packing(set, settings, source, directory, lock);
            packing.prepare();
            ready = true;
            return packing;
        } finally {
            if (!ready) {
                lock.close();
            }
        }
    }

    private static void requireOwn(Path directory) {
        if (Files.exists(directory.resolve(DESCRIPTION)) || Files.exists(directory.resolve(STARTED))) {
            return;
        }
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new UserException("--out " + directory + ": is a file; name a folder");
        }
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> content = Files.list(directory)) {
            if (content.map(path -> path.getFileName().toString())
                    .anyMatch(name -> !OWN.contains(name) && !AtomicFile.isTemporary(name))) {
                throw new UserException("--out " + directory + ": the folder is not empty; choose another or empty it");
            }
        } catch (IOException e) {
            throw FileFailure.reading(directory, e);
        }
    }

    private void prepare() {
        Path description = directory.resolve(DESCRIPTION);
        Path started = directory.resolve(STARTED);
        if (Files.exists(description)) {
            boolean same = ConfigFile.readPart(description, Finished.class)
                    .fingerprint()
                    .equals(Optional.of(fingerprint));
            if (!same) {
                throw new UserException("--out " + directory
                        + ": holds another set, or one that was packed with other options; choose another folder");
            }
            clean();
        } else if (Files.exists(started)) {
            if (!ConfigFile.read(started, Started.class).fingerprint().equals(fingerprint)) {
                throw new UserException("--out " + directory + ": another set, or one with other options, was begun"
                        + " there and not finished; go on with the same command, choose another folder or remove it");
            }
            deleteTemporary();
        } else {
            deleteTemporary();
            ConfigFile.write(started, new Started(fingerprint));
        }
    }

    /** The part of a description that decides whether it is that of this work. */
    private record Finished(Optional<String> fingerprint) {}

    /** The number of pictures. */
    public long pictures() {
        return parts.stream().mapToLong(part -> part.source().size()).sum();
    }

    /** The number of pictures in files that are finished. */
    public long picturesDone() {
        if (isComplete()) {
            return pictures();
        }
        long done = 0;
        for (PackedPart part : parts) {
            for (int shard = 0; shard < part.shards(); shard++) {
                done += part.finished(shard).isPresent() ? part.pictures(shard) : 0;
            }
        }
        return done;
    }

    /** Whether nothing is left to do. */
    public boolean isComplete() {
        return Files.exists(directory.resolve(DESCRIPTION));
    }

    /**
     * A file of images.
     *
     * @param part 0 for those of {@code train/}, 1 for those of {@code test/}
     * @param number counts from 0
     */
    public record Shard(int part, int number) implements Serializable {}

    /** The files of images that are not finished. Other processes can {@link #write} them before {@link #run}. */
    public List<Shard> remaining() {
        List<Shard> remaining = new ArrayList<>();
        for (int part = 0; part < parts.size() && !isComplete(); part++) {
            for (int number = 0; number < parts.get(part).shards(); number++) {
                if (parts.get(part).finished(number).isEmpty()) {
                    remaining.add(new Shard(part, number));
                }
            }
        }
        return remaining;
    }

    /**
     * Writes files of images for a packing that another process holds open, in a directory that both see. Several
     * processes can write different files at one time.
     *
     * @param set the same set as that process has, perhaps at another path; remains open
     * @param settings those of that process
     * @param threads the number of threads that decode
     * @throws UserException if the set differs from that process's, it cannot be read, the directory cannot be written,
     *     or a picture cannot be decoded and the settings do not let it be left out
     */
    public static void write(
            PictureSet set, PackingSettings settings, Path directory, List<Shard> shards, int threads) {
        Path started = directory.resolve(STARTED);
        if (!Files.exists(started)
                || !ConfigFile.read(started, Started.class).fingerprint().equals(fingerprint(set, settings))) {
            throw new UserException(directory + ": is not where this set is being packed, as this process sees both;"
                    + " give paths that all processes see");
        }
        List<PackedPart> parts = parts(set, settings, directory);
        try (Decoding decoding = new Decoding(threads)) {
            for (Shard shard : shards) {
                parts.get(shard.part()).write(shard.number(), decoding, 1, done -> {});
            }
        }
    }

    /**
     * Does the work that is left.
     *
     * @param threads the number of threads that decode
     * @param progress receives the number of pictures done, on this thread
     * @return the description, as it is in the directory
     * @throws UserException if the source cannot be read, the directory cannot be written, or a picture cannot be
     *     decoded and the settings do not let it be left out
     */
    public PackedSet run(int threads, LongConsumer progress) {
        if (!isComplete()) {
            List<List<PackedShard>> shards = coloured(write(threads, progress));
            List<String> classes = set.training().classes().isEmpty()
                    ? List.of(ImageFolder.NO_CLASS)
                    : set.training().classes();
            List<PackedSet.Division> divisions = new ArrayList<>();
            for (int p = 0; p < parts.size(); p++) {
                if (shards.get(p).stream().allMatch(shard -> shard.images() == 0)) {
                    throw new UserException(
                            source + ": none of the " + parts.get(p).source().size() + " pictures for "
                                    + parts.get(p).folder().getFileName() + " can be used; give others");
                }
                divisions.add(parts.get(p).finish(shards.get(p), classes.size()));
            }
            ConfigFile.write(
                    directory.resolve(DESCRIPTION),
                    new PackedSet(
                            classes,
                            settings.side(),
                            channels(shards),
                            set.format(),
                            source,
                            "centre crop as in the code of ADM: halved by means while at least twice as large, then"
                                    + " bicubic, with the values of Pillow 12.3",
                            divisions.get(0),
                            divisions.stream().skip(1).findFirst(),
                            fingerprint));
            clean();
        }
        return ConfigFile.read(directory.resolve(DESCRIPTION), PackedSet.class);
    }

    private List<List<PackedShard>> write(int threads, LongConsumer progress) {
        List<List<PackedShard>> all = new ArrayList<>();
        int channels = 1;
        long done = 0;
        long before = picturesDone();
        try (Decoding decoding = new Decoding(threads)) {
            for (PackedPart part : parts) {
                List<PackedShard> shards = new ArrayList<>();
                for (int k = 0; k < part.shards(); k++) {
                    Optional<PackedShard> finished = part.finished(k);
                    long start = before + done;
                    PackedShard shard = finished.isPresent()
                            ? finished.get()
                            : part.write(k, decoding, channels, ofFile -> progress.accept(start + ofFile));
                    done += finished.isPresent() ? 0 : part.pictures(k);
                    channels = Math.max(channels, shard.channels());
                    shards.add(shard);
                }
                all.add(shards);
            }
        }
        return all;
    }

    private List<List<PackedShard>> coloured(List<List<PackedShard>> all) {
        if (channels(all) == 1) {
            return all;
        }
        List<List<PackedShard>> coloured = new ArrayList<>();
        for (int p = 0; p < parts.size(); p++) {
            List<PackedShard> shards = new ArrayList<>();
            for (int k = 0; k < all.get(p).size(); k++) {
                shards.add(parts.get(p).coloured(k, all.get(p).get(k)));
            }
            coloured.add(shards);
        }
        return coloured;
    }

    private static int channels(List<List<PackedShard>> shards) {
        return shards.stream()
                .flatMap(List::stream)
                .mapToInt(PackedShard::channels)
                .max()
                .orElse(1);
    }

    private static String fingerprint(PictureSet set, PackingSettings settings) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(bytes(set.format() + "\n" + settings.side() + "\n" + settings.shardSize() + "\n"
                + set.training().classes()));
        for (PictureSource part :
                Stream.concat(Stream.of(set.training()), set.test().stream()).toList()) {
            for (int i = 0; i < part.size(); i++) {
                content.writeBytes(bytes("\n" + (part.classes().isEmpty() ? "" : part.label(i)) + " " + part.name(i)));
            }
            content.write('\n');
        }
        return Checksum.sha256(content.toByteArray());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Removes what only unfinished work needs. */
    private void clean() {
        deleteTemporary();
        for (PackedPart part : parts) {
            delete(part.folder(), name -> name.matches("\\.images-\\d+\\.json"));
        }
        delete(directory, STARTED::equals);
    }

    /** Removes the beginnings of files that a killed process left. */
    private void deleteTemporary() {
        delete(directory, AtomicFile::isTemporary);
        parts.forEach(part -> delete(part.folder(), AtomicFile::isTemporary));
    }

    private static void delete(Path folder, Predicate<String> which) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> which.test(path.getFileName().toString()))
                    .toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw FileFailure.writing(folder, e);
        }
    }

    /** Lets other processes work on the directory. */
    @Override
    public void close() {
        lock.close();
    }
}
