package org.bcm4j.data.sources;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
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
 * {@code train} and one for tests, these are the parts of the set, and the folders in them are the classes.
 */
final class PictureDirectory {
    private static final String FORMAT = "folder of pictures";
    private static final String TRAINING = "train";
    private static final List<String> TESTS = List.of("test", "val", "valid", "validation");

    private PictureDirectory() {}

    static PictureSet open(Path folder, Optional<Path> labelFile) {
        Optional<String> test = labelFile.isPresent() ? Optional.empty() : testFolder(folder);
        if (test.isPresent()) {
            return divided(folder, test.get());
        }
        List<Entry> pictures = pictures(folder, labelFile);
        List<String> classes = classes(pictures);
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

    private static PictureSet divided(Path folder, String testName) {
        Path trainingFolder = folder.resolve(TRAINING);
        Path testFolder = folder.resolve(testName);
        List<Entry> training = pictures(trainingFolder, Optional.empty());
        List<Entry> test = pictures(testFolder, Optional.empty());
        Set<String> names = new TreeSet<>(ClassOrder.OF_NAMES);
        names.addAll(classes(training));
        boolean labelled = !names.equals(Set.of(ImageFolder.NO_CLASS));
        if (labelled && classes(test).equals(List.of(ImageFolder.NO_CLASS))) {
            throw new UserException(testFolder + ": its pictures are not in folders of classes, but those of "
                    + trainingFolder + " are; sort them into such folders, or pack " + trainingFolder + " alone");
        }
        names.addAll(classes(test));
        List<String> classes = labelled ? List.copyOf(names) : List.of();
        return new PictureSet(
                FORMAT + ", divided into " + TRAINING + " and " + testName,
                source(trainingFolder, training, classes),
                Optional.of(source(testFolder, test, classes)));
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

    /** The name of the folder of test pictures, if the given one holds such a folder and one for training, and no other. */
    private static Optional<String> testFolder(Path folder) {
        try (Stream<Path> content = Files.list(folder)) {
            Set<String> names = content.filter(path -> Files.isDirectory(path))
                    .map(path -> PictureFolder.name(path.getFileName().toString()))
                    .filter(name -> !name.startsWith(".") && !name.equals("__MACOSX"))
                    .collect(Collectors.toSet());
            return TESTS.stream()
                    .filter(test -> names.equals(Set.of(TRAINING, test)))
                    .findFirst();
        } catch (IOException e) {
            throw FileFailure.reading(folder, e);
        }
    }
}
