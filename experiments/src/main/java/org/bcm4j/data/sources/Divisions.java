package org.bcm4j.data.sources;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bcm4j.storage.UserException;

/**
 * The files or folders of a set, by what their names say: {@code train-00000-of-00008.parquet} and
 * {@code church_outdoor_train_lmdb} are for training. Where a name says nothing, that of the folder may:
 * {@code test/0000.parquet}.
 *
 * @param training what to train on; everything, if there is but one division
 * @param others the other divisions by their names: {@value #TEST} before {@value #VALIDATION}
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
