package org.bcm4j.data.sources;

import java.nio.file.Path;
import java.util.List;
import org.bcm4j.data.Concatenation;
import org.bcm4j.data.parquet.PageCache;
import org.bcm4j.data.parquet.ParquetColumn;

/**
 * The picture files in a column of Parquet files, in the order of the files and of their rows. A picture is read with
 * the others of its page: with some of its row group, or all. What that costs in time and memory is told by
 * {@link PageCache}.
 */
final class ParquetPictures implements EncodedPictures.Files {
    private final List<ParquetColumn> columns;

    private final Concatenation rows;
    private final boolean namesAreUnique;
    private final PageCache pages = new PageCache();

    /** @param columns one of each file */
    ParquetPictures(List<ParquetColumn> columns) {
        this.columns = List.copyOf(columns);
        this.rows = new Concatenation(columns.stream().mapToLong(ParquetColumn::rows));
        this.namesAreUnique = columns.stream()
                        .map(column -> column.file().getFileName())
                        .distinct()
                        .count()
                == columns.size();
    }

    @Override
    public int size() {
        return Math.toIntExact(rows.size());
    }

    private ParquetColumn column(int index) {
        return columns.get(rows.part(index));
    }

    @Override
    public String name(int index) {
        Path path = column(index).file();
        return (namesAreUnique ? path.getFileName() : path) + "/" + rows.withinPart(index);
    }

    @Override
    public String place(int index) {
        return column(index).file() + ", row " + rows.withinPart(index);
    }

    @Override
    public byte[] read(int index) {
        return pages.read(column(index), rows.withinPart(index));
    }

    @Override
    public void close() {}
}
