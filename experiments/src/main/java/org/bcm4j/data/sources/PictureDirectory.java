package org.bcm4j.data.sources;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bcm4j.data.ClassOrder;
import org.bcm4j.data.ImageFolder;
import org.bcm4j.data.ImageFolder.Entry;
import org.bcm4j.data.ImageFolder.HeldOut;
import org.bcm4j.data.PictureFolder;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;

/**
 * A folder of pictures. The names of its folders are the classes, unless a file names them. If it consists of a folder
 * {@code train} and others for tests, these are the parts of the set, and the folders in them are the classes.
 */
final class PictureDirectory {
    private static final String FORMAT = "folder of pictures";
    private static final String TRAINING = Divisions.TRAINING;

    /** In the order in which they are preferred. */
    private static final List<String> TESTS = List.of("test", "val", "valid", "validation");

    private PictureDirectory() {}

    static PictureSet open(Path folder, Optional<Path> labelFile) {
        if (labelFile.isEmpty() && isDivided(folder)) {
            return divided(folder);
        }
        List<Entry> pictures = pictures(folder, labelFile);
        List<String> classes = classes(pictures);
        if (labelFile.isEmpty()) {
            Divisions.warnOfClasses(folder.toString(), classes);
        }
        boolean labelled = labelFile.isPresent() || !classes.equals(List.of(ImageFolder.NO_CLASS));
        return PictureSet.undivided(FORMAT, source(folder, pictures, labelled ? classes : List.of()));
    }

    /**
     * A folder whose pictures have numbers as classes.
     *
     * @param names of the pictures, with {@code /}
     */
    static PictureSource numbered(Path folder, List<String> names, Labels labels) {
        return new EncodedPictures(new FolderFiles(folder, names), labels);
    }

    private static PictureSet divided(Path folder) {
        Path trainingFolder = folder.resolve(TRAINING);
        Map<String, List<Path>> tests = new LinkedHashMap<>();
        TESTS.stream()
                .filter(name -> Files.isDirectory(folder.resolve(name)))
                .forEach(name -> tests.put(name, List.of(folder.resolve(name))));
        Divisions divisions = new Divisions(List.of(trainingFolder), tests);
        List<Entry> training = pictures(trainingFolder, Optional.empty());
        boolean labelled = !classes(training).equals(List.of(ImageFolder.NO_CLASS));
        Map.Entry<String, List<Entry>> test = divisions
                .test(folders -> Optional.of(pictures(folders.get(0), Optional.empty()))
                        .filter(pictures -> !labelled || !classes(pictures).equals(List.of(ImageFolder.NO_CLASS))))
                .orElseThrow(
                        () -> new UserException(tests.values().iterator().next().get(0)
                                + ": its pictures are not in folders of classes, but those of " + trainingFolder
                                + " are; sort them into such folders, or pack " + trainingFolder + " alone"));
        List<String> classes = labelled
                ? classes(Stream.concat(training.stream(), test.getValue().stream())
                        .toList())
                : List.of();
        return new PictureSet(
                FORMAT + divisions.described(Optional.of(test.getKey())),
                source(trainingFolder, training, classes),
                Optional.of(source(folder.resolve(test.getKey()), test.getValue(), classes)));
    }

    private static List<Entry> pictures(Path folder, Optional<Path> labelFile) {
        return new ImageFolder(
                        folder,
                        labelFile,
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        0,
                        HeldOut.FINGERPRINT)
                .trainingPictures();
    }

    private static List<String> classes(List<Entry> pictures) {
        return pictures.stream()
                .map(Entry::label)
                .distinct()
                .sorted(ClassOrder.OF_NAMES)
                .toList();
    }

    private static PictureSource source(Path folder, List<Entry> pictures, List<String> classes) {
        Labels labels = classes.isEmpty()
                ? Labels.NONE
                : Labels.ofNames(pictures.stream().map(Entry::label).toList(), classes);
        return new EncodedPictures(FolderFiles.of(folder, pictures), labels);
    }

    /** Whether a folder holds one for training and some for tests, and no other. */
    private static boolean isDivided(Path folder) {
        try (Stream<Path> content = Files.list(folder)) {
            Set<String> names = content.filter(path -> Files.isDirectory(path))
                    .map(path -> PictureFolder.name(path.getFileName().toString()))
                    .filter(name -> !name.startsWith(".") && !name.equals("__MACOSX"))
                    .collect(Collectors.toSet());
            return names.remove(TRAINING) && !names.isEmpty() && TESTS.containsAll(names);
        } catch (IOException e) {
            throw FileFailure.reading(folder, e);
        }
    }
}
