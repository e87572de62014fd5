package org.bcm4j.data.sources;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bcm4j.data.parquet.PageCache;
import org.bcm4j.data.parquet.ParquetColumn;

/**
 * The picture files in a column of Parquet files, in the order of the files and of their rows. A picture is read with
 * the others of its page: with some of its row group, or all. What that costs in time and memory is told by
 * {@link PageCache}.
 */
final class ParquetPictures implements EncodedPictures.Files {
    private final List<ParquetColumn> columns;

    /** The index of the first picture of each file, and the number of all. */
    private final int[] starts;

    private final boolean namesAreUnique;
    private final PageCache pages = new PageCache();

    /** @param columns one of each file */
    ParquetPictures(List<ParquetColumn> columns) {
        this.columns = List.copyOf(columns);
        this.starts = new int[columns.size() + 1];
        for (int i = 0; i < columns.size(); i++) {
            starts[i + 1] = Math.addExact(starts[i], columns.get(i).rows());
        }
        this.namesAreUnique = columns.stream()
                        .map(column -> column.file().getFileName())
                        .distinct()
                        .count()
                == columns.size();
    }

    @Override
    public int size() {
        return starts[columns.size()];
    }

    /** The number of the file with a picture. Files without rows are passed over. */
    private int file(int index) {
        int found = Arrays.binarySearch(starts, index);
        if (found < 0) {
            return -found - 2;
        }
        while (starts[found + 1] == index) {
            found++;
        }
        return found;
    }

    @Override
    public String name(int index) {
        int file = file(index);
        Path path = columns.get(file).file();
        return (namesAreUnique ? path.getFileName() : path) + "/" + (index - starts[file]);
    }

    @Override
    public String place(int index) {
        int file = file(index);
        return columns.get(file).file() + ", row " + (index - starts[file]);
    }

    @Override
    public byte[] read(int index) {
        int file = file(index);
        return pages.read(columns.get(file), index - starts[file]);
    }

    @Override
    public void close() {}
}
