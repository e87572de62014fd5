package org.bcm4j.data.sources;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bcm4j.data.ClassOrder;
import org.bcm4j.data.Concatenation;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.storage.UserException;

/**
 * The picture files that are the values of folders with LMDB environments, as LSUN is published: a folder for each
 * category and division, such as {@code church_outdoor_train_lmdb}. The categories are the classes.
 */
final class LmdbPictures implements EncodedPictures.Files {
    private static final Pattern LSUN = Pattern.compile("(.+)_(train|val|test)_lmdb");

    /** How many values are tried before a folder is said to hold no pictures: some may be damaged. */
    private static final int TRIED = 8;

    private final List<LmdbFolder> folders;

    private final Concatenation entries;

    private LmdbPictures(List<LmdbFolder> folders) {
        this.folders = List.copyOf(folders);
        this.entries = new Concatenation(folders.stream().mapToLong(LmdbFolder::size));
    }

    /**
     * Opens a set.
     *
     * @param paths folders, at least one
     */
    static PictureSet open(List<Path> paths) {
        Divisions divisions = Divisions.of(paths);
        // LSUN's own test pictures have no categories: their folder is called test_lmdb.
        boolean told = tellsCategories(divisions.training());
        Optional<Map.Entry<String, List<Path>>> test = divisions.testOrRefusal(
                folders -> told && !tellsCategories(folders) ? Optional.empty() : Optional.of(folders));
        List<Path> used = Stream.concat(
                        divisions.training().stream(), test.stream().flatMap(entry -> entry.getValue().stream()))
                .toList();
        List<String> classes = classes(used);
        List<LmdbFolder> opened = new ArrayList<>();
        boolean complete = false;
        try {
            for (Path path : used) {
                LmdbFolder folder = LmdbFolder.open(path);
                opened.add(folder);
                requirePictures(folder);
            }
            int forTraining = divisions.training().size();
            PictureSet set = new PictureSet(
                    "LMDB of picture files" + divisions.described(test.map(Map.Entry::getKey)),
                    source(used.subList(0, forTraining), opened.subList(0, forTraining), classes),
                    test.map(entry -> source(entry.getValue(), opened.subList(forTraining, opened.size()), classes)));
            complete = true;
            return set;
        } finally {
            if (!complete) {
                opened.forEach(LmdbFolder::close);
            }
        }
    }

    /** The classes that folders stand for; none if there is one folder, whose name tells no category. */
    private static List<String> classes(List<Path> folders) {
        return tellsCategories(folders) || folders.size() > 1
                ? folders.stream()
                        .map(LmdbPictures::className)
                        .distinct()
                        .sorted(ClassOrder.OF_NAMES)
                        .toList()
                : List.of();
    }

    private static boolean tellsCategories(List<Path> folders) {
        return folders.stream().anyMatch(folder -> category(folder).isPresent());
    }

    private static String name(Path folder) {
        return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    }

    private static Optional<String> category(Path folder) {
        Matcher matcher = LSUN.matcher(name(folder));
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static String className(Path folder) {
        return category(folder).orElse(name(folder));
    }

    private static void requirePictures(LmdbFolder folder) {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < Math.min(TRIED, folder.size()); i++) {
            try {
                ImageFiles.decodePixels(folder.value(i), folder.key(i));
                return;
            } catch (UserException noPicture) {
                keys.add(folder.key(i));
            }
        }
        throw new UserException(folder.file() + ": its values are not picture files, as those of LSUN are (keys "
                + keys.stream().limit(3).collect(Collectors.joining(", "))
                + "); write the pictures into a folder or into tar files");
    }

    private static PictureSource source(List<Path> paths, List<LmdbFolder> folders, List<String> classes) {
        LmdbPictures pictures = new LmdbPictures(folders);
        if (classes.isEmpty()) {
            return new EncodedPictures(pictures, Labels.NONE);
        }
        int[] ofFolders = paths.stream()
                .mapToInt(path -> classes.indexOf(className(path)))
                .toArray();
        int[] numbers = IntStream.range(0, pictures.size())
                .map(index -> ofFolders[pictures.entries.part(index)])
                .toArray();
        return new EncodedPictures(pictures, Labels.of(numbers, classes));
    }

    @Override
    public int size() {
        return Math.toIntExact(entries.size());
    }

    private LmdbFolder folder(int index) {
        return folders.get(entries.part(index));
    }

    private String key(int index) {
        return folder(index).key(entries.withinPart(index));
    }

    @Override
    public String name(int index) {
        return folders.size() == 1 ? key(index) : name(folder(index).folder()) + "/" + key(index);
    }

    @Override
    public String place(int index) {
        return folder(index).file() + ", key " + key(index);
    }

    @Override
    public byte[] read(int index) {
        return folder(index).value(entries.withinPart(index));
    }

    @Override
    public void close() {
        folders.forEach(LmdbFolder::close);
    }
}
