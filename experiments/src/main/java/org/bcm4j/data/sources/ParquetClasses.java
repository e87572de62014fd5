package org.bcm4j.data.sources;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bcm4j.data.ClassOrder;
import org.bcm4j.data.parquet.ParquetColumn;
import org.bcm4j.data.parquet.ParquetFile;
import org.bcm4j.storage.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The classes of the rows of Parquet files: numbers or names in a column. The names of numbers are in the text
 * {@code huggingface} of a file, JSON, under {@code info.features.COLUMN.names}.
 *
 * @param column where they are
 * @param areNumbers whether it is one of numbers
 * @param names those of the numbers from 0; absent if the file does not say them
 */
record ParquetClasses(String column, boolean areNumbers, Optional<List<String>> names) {
    /** Columns that hold classes if they are there, the first of them first. */
    private static final List<String> COLUMNS = List.of("label", "labels", "fine_label", "class", "cls", "target");

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Stands for the class of a row that has none. Hugging Face writes -1 where classes are kept secret. */
    private static final String NONE = "";

    private static final long NO_NUMBER = -1;

    /** The column of classes in a file, if there is one. */
    static Optional<ParquetClasses> in(ParquetFile file) {
        JsonNode features = features(file);
        List<ParquetColumn> candidates = file.columns().stream()
                .filter(column -> column.path().size() == 1 && column.kind() != ParquetColumn.Kind.BYTES)
                .toList();
        return Stream.concat(
                        COLUMNS.stream()
                                .flatMap(name -> candidates.stream()
                                        .filter(column -> column.toString().equals(name))),
                        candidates.stream().filter(column -> isClass(features.path(column.toString()))))
                .findFirst()
                .map(column -> column.kind() == ParquetColumn.Kind.NUMBER
                        ? new ParquetClasses(column.toString(), true, names(features.path(column.toString())))
                        : new ParquetClasses(column.toString(), false, Optional.empty()));
    }

    /** What the writer said of the columns; empty if nothing, or nothing that can be read: classes then have no names. */
    private static JsonNode features(ParquetFile file) {
        try {
            return JSON.readTree(file.texts().getOrDefault("huggingface", "{}"))
                    .path("info")
                    .path("features");
        } catch (JacksonException unreadable) {
            return JSON.createObjectNode();
        }
    }

    private static boolean isClass(JsonNode feature) {
        return feature.path("_type").asString("").equals("ClassLabel");
    }

    private static Optional<List<String>> names(JsonNode feature) {
        JsonNode names = feature.path("names");
        if (!names.isArray() || names.isEmpty()) {
            return Optional.empty();
        }
        List<String> distinct = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (JsonNode node : names) {
            // Two classes of ImageNet are called "crane".
            String name = node.asString("");
            distinct.add(known.add(name) ? name : name + " (" + distinct.size() + ")");
        }
        return Optional.of(distinct);
    }

    /**
     * The classes of all rows of a file, as texts; those that are absent are empty. A file without the column has none.
     */
    List<String> read(ParquetFile file) {
        Optional<ParquetColumn> found = file.column(List.of(column));
        if (found.isEmpty()) {
            return Collections.nCopies(file.rows(), NONE);
        }
        if ((found.get().kind() == ParquetColumn.Kind.NUMBER) != areNumbers) {
            throw new UserException(file.path() + ": its column " + column + " is of another type than in the first"
                    + " file; give the files of one set");
        }
        if (!areNumbers) {
            return found.get().texts(NONE);
        }
        return LongStream.of(found.get().numbers(NO_NUMBER))
                .mapToObj(number ->
                        number == NO_NUMBER ? NONE : String.valueOf(number).intern())
                .toList();
    }

    /** Whether no row has a class. */
    static boolean areAbsent(List<String> ofRows) {
        return ofRows.stream().allMatch(NONE::equals);
    }

    /**
     * The classes of the divisions of a set, which have the same names.
     *
     * @param divisions not all classes of any are absent
     */
    List<Labels> labels(List<ParquetSet.Division> divisions) {
        Set<String> written = new HashSet<>();
        divisions.forEach(division -> written.addAll(division.classes()));
        List<String> texts = texts(written);
        Map<String, Integer> numbers = new HashMap<>();
        texts.forEach(text -> numbers.put(text, numbers.size()));
        return divisions.stream()
                .map(division -> Labels.of(numbers(division, numbers), names.orElse(texts)))
                .toList();
    }

    /** The texts that stand for the classes from 0. */
    private List<String> texts(Set<String> written) {
        if (!areNumbers) {
            written.remove(NONE);
            return written.stream().sorted(ClassOrder.OF_NAMES).toList();
        }
        long most = written.stream()
                .filter(text -> !text.equals(NONE))
                .mapToLong(Long::parseLong)
                .filter(number -> number < Labels.MOST_CLASSES)
                .max()
                .orElse(-1);
        return LongStream.range(0, names.map(list -> (long) list.size()).orElse(most + 1))
                .mapToObj(String::valueOf)
                .toList();
    }

    private int[] numbers(ParquetSet.Division division, Map<String, Integer> numbers) {
        int[] ofRows = new int[division.classes().size()];
        for (int row = 0; row < ofRows.length; row++) {
            String text = division.classes().get(row);
            Integer number = numbers.get(text);
            if (number == null) {
                throw new UserException(division.pictures().place(row) + ": has " + reproach(text));
            }
            ofRows[row] = number;
        }
        return ofRows;
    }

    private String reproach(String text) {
        if (text.equals(NONE)) {
            return "no class, but other rows have one; add it, or leave the row out";
        }
        return names.map(list -> "the class " + text + ", but the first file names only the classes 0 to "
                        + (list.size() - 1) + "; write it again with the names of all")
                .orElse("the class " + text + ", not a number from 0 to " + (Labels.MOST_CLASSES - 1));
    }
}
