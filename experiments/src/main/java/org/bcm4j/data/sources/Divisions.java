package org.bcm4j.data.sources;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bcm4j.data.LeftOut;
import org.bcm4j.storage.UserException;

/**
 * The files or folders of a set, by what their names say: {@code train-00000-of-00008.parquet} and
 * {@code church_outdoor_train_lmdb} are for training. Where a name says nothing, that of the folder may:
 * {@code test/0000.parquet}.
 *
 * @param training what to train on; everything, if there is but one division
 * @param others the other divisions by their names, in the order in which they are preferred as test pictures:
 *     {@value #TEST} before {@value #VALIDATION}
 */
record Divisions(List<Path> training, Map<String, List<Path>> others) {
    static final String TRAINING = "train";
    static final String TEST = "test";
    static final String VALIDATION = "validation";

    /** The words for divisions, as Hugging Face reads them. */
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("train", TRAINING),
            Map.entry("training", TRAINING),
            Map.entry("test", TEST),
            Map.entry("testing", TEST),
            Map.entry("eval", TEST),
            Map.entry("evaluation", TEST),
            Map.entry("val", VALIDATION),
            Map.entry("valid", VALIDATION),
            Map.entry("validation", VALIDATION),
            Map.entry("dev", VALIDATION));

    /**
     * Divides paths.
     *
     * @param paths at least one
     * @throws UserException if only some of their names say something, or none is for training
     */
    static Divisions of(List<Path> paths) {
        Map<String, List<Path>> divisions = new TreeMap<>();
        List<Path> unnamed = new ArrayList<>();
        for (Path path : paths) {
            division(path)
                    .map(name -> divisions.computeIfAbsent(name, key -> new ArrayList<>()))
                    .orElse(unnamed)
                    .add(path);
        }
        if (divisions.isEmpty() || (divisions.size() == 1 && unnamed.isEmpty())) {
            return new Divisions(paths, Map.of());
        }
        if (!unnamed.isEmpty()) {
            throw new UserException(unnamed.get(0) + ": its name does not say whether it is for training or tests, but "
                    + "that of " + divisions.values().iterator().next().get(0) + " does; give the files to pack alone");
        }
        List<Path> training = divisions.remove(TRAINING);
        if (training == null) {
            throw new UserException(paths.get(0) + " and on: none of the names says \"" + TRAINING + "\"; give "
                    + String.join(" or ", divisions.keySet()) + " alone");
        }
        return new Divisions(training, new LinkedHashMap<>(divisions));
    }

    /**
     * The division whose pictures are the test pictures: the first that can be opened.
     *
     * @param opening opens the files of a division. Absent if its pictures have no classes, while those for training
     *     have: such as ImageNet's for tests, whose classes are kept secret
     */
    <T> Optional<Map.Entry<String, T>> test(Function<List<Path>, Optional<T>> opening) {
        return others.entrySet().stream()
                .flatMap(other ->
                        opening.apply(other.getValue()).map(opened -> Map.entry(other.getKey(), opened)).stream())
                .findFirst();
    }

    /** As {@link #test}, for a set of files, with an error if there are divisions for tests but none can be opened. */
    <T> Optional<Map.Entry<String, T>> testOrRefusal(Function<List<Path>, Optional<T>> opening) {
        Optional<Map.Entry<String, T>> test = test(opening);
        if (test.isEmpty() && !others.isEmpty()) {
            throw new UserException(others.values().iterator().next().get(0) + ": its pictures have no classes, but"
                    + " those of " + training.get(0) + " have; give the files for training alone");
        }
        return test;
    }

    /**
     * How a set is divided, for its description: {@code , divided into train and test, without validation}.
     *
     * @param test the name of the division whose pictures are the test pictures
     */
    String described(Optional<String> test) {
        List<String> leftOut = others.keySet().stream()
                .filter(name -> !test.equals(Optional.of(name)))
                .toList();
        return test.map(name -> ", divided into " + TRAINING + " and " + name).orElse("")
                + (leftOut.isEmpty() ? "" : ", without " + String.join(" and ", leftOut));
    }

    /**
     * Logs a line if all classes of a set have the names of divisions: somebody probably meant these.
     *
     * @param classes the names of the folders of the set
     */
    static void warnOfClasses(String source, Collection<String> classes) {
        Set<String> names = new TreeSet<>(classes);
        if (!names.isEmpty() && names.stream().allMatch(name -> WORDS.containsKey(name.toLowerCase(Locale.ROOT)))) {
            LeftOut.warnOnce(source + ": the folders " + String.join(", ", names)
                    + " in it are taken as classes, not as pictures for training and for tests");
        }
    }

    /** The names that folders of divisions have. */
    static List<String> folders() {
        return WORDS.keySet().stream().sorted().toList();
    }

    private static Optional<String> division(Path path) {
        Optional<String> ofFolder = Optional.ofNullable(path.toAbsolutePath().getParent())
                .map(Path::getFileName)
                .map(name -> WORDS.get(name.toString().toLowerCase(Locale.ROOT)));
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        return Stream.of(name.split("[^a-z]+"))
                .filter(WORDS::containsKey)
                .map(WORDS::get)
                .findFirst()
                .or(() -> ofFolder);
    }
}
