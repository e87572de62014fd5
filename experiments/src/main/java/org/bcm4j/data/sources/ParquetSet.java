package org.bcm4j.data.sources;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.data.parquet.ParquetColumn;
import org.bcm4j.data.parquet.ParquetFile;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;

/**
 * A data set in Parquet files, as Hugging Face stores pictures: a column {@code image} or {@code img} of structs
 * {@code {bytes, path}}, or of bytes, and perhaps one of classes. Without a column of these names, the first of such a
 * kind has the pictures.
 */
final class ParquetSet {
    static final String ENDING = ".parquet";

    private static final List<String> PICTURES = List.of("image", "img");

    /** The field of the structs. Next to it is the name that the picture had as a file. */
    private static final String BYTES = "bytes";

    /** Where a copy of a repository of Hugging Face has its files. */
    private static final String DATA = "data";

    /**
     * A part of the set.
     *
     * @param classes one for each picture, absent ones empty
     */
    record Division(ParquetPictures pictures, List<String> classes) {}

    private final List<String> column;
    private final Optional<ParquetClasses> classes;

    private ParquetSet(List<String> column, Optional<ParquetClasses> classes) {
        this.column = column;
        this.classes = classes;
    }

    static boolean isFile(Path path) {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] start = in.readNBytes(ParquetFile.MARK.length());
            return new String(start, StandardCharsets.ISO_8859_1).equals(ParquetFile.MARK);
        } catch (IOException e) {
            throw FileFailure.reading(path, e);
        }
    }

    /** The Parquet files of a folder, in order: its own, or those of its folders for data and for divisions. */
    static List<Path> filesIn(Path folder) {
        List<Path> own = SourceFiles.ending(folder, ENDING);
        return own.isEmpty()
                ? Stream.concat(Stream.of(DATA), Divisions.folders().stream())
                        .map(folder::resolve)
                        .filter(path -> Files.isDirectory(path))
                        .flatMap(path -> SourceFiles.ending(path, ENDING).stream())
                        .toList()
                : own;
    }

    /**
     * Opens a set. The footers are read, and the classes of all rows.
     *
     * @param files at least one
     */
    static PictureSet open(List<Path> files) {
        Divisions divisions = Divisions.of(files);
        ParquetFile first = ParquetFile.open(divisions.training().get(0));
        ParquetSet set = new ParquetSet(pictures(first), ParquetClasses.in(first));
        return set.open(divisions);
    }

    private static List<String> pictures(ParquetFile file) {
        List<List<String>> candidates = file.columns().stream()
                .filter(column -> column.kind() == ParquetColumn.Kind.BYTES)
                .map(ParquetColumn::path)
                .filter(path ->
                        path.size() == 1 || (path.size() == 2 && path.get(1).equals(BYTES)))
                .toList();
        return Stream.concat(
                        PICTURES.stream()
                                .flatMap(name -> candidates.stream()
                                        .filter(path -> path.get(0).equals(name))),
                        candidates.stream())
                .findFirst()
                .orElseThrow(() -> new UserException(
                        file.path() + ": has no column of pictures, which are bytes or structs with a field \"" + BYTES
                                + "\"; its columns are " + String.join(", ", file.names())));
    }

    private PictureSet open(Divisions divisions) {
        Division training = division(divisions.training());
        boolean labelled = classes.isPresent() && !ParquetClasses.areAbsent(training.classes());
        Optional<Map.Entry<String, Division>> test = divisions.testOrRefusal(files -> Optional.of(division(files))
                .filter(division -> !labelled || !ParquetClasses.areAbsent(division.classes())));
        List<Division> used = Stream.concat(Stream.of(training), test.stream().map(Map.Entry::getValue))
                .toList();
        List<Labels> labels = labelled
                ? classes.orElseThrow().labels(used)
                : used.stream().map(division -> Labels.NONE).toList();
        List<PictureSource> sources = new ArrayList<>();
        for (int i = 0; i < used.size(); i++) {
            sources.add(new EncodedPictures(used.get(i).pictures(), labels.get(i)));
        }
        return new PictureSet(
                "Parquet, pictures in " + column.get(0)
                        + (labelled ? ", classes in " + classes.orElseThrow().column() : "")
                        + divisions.described(test.map(Map.Entry::getKey)),
                sources.get(0),
                sources.stream().skip(1).findFirst());
    }

    private Division division(List<Path> files) {
        List<ParquetColumn> columns = new ArrayList<>();
        List<String> ofRows = new ArrayList<>();
        for (Path path : files) {
            ParquetFile file = ParquetFile.open(path);
            columns.add(file.column(column)
                    .filter(found -> found.kind() == ParquetColumn.Kind.BYTES)
                    .orElseThrow(() -> new UserException(path + ": has no column " + String.join(".", column)
                            + " of pictures, unlike other files of the set; its columns are "
                            + String.join(", ", file.names()))));
            classes.ifPresent(found -> ofRows.addAll(found.read(file)));
        }
        ParquetPictures pictures = new ParquetPictures(columns);
        if (pictures.size() == 0) {
            throw new UserException(
                    files.get(0) + (files.size() > 1 ? " and on" : "") + ": holds no rows; give other files");
        }
        return new Division(pictures, ofRows);
    }
}
