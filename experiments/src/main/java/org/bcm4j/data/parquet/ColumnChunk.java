package org.bcm4j.data.parquet;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReaderImpl;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a column in one row group. A walk from header to header finds them when they are first needed: Parquet
 * has indices of pages too, but most writers leave them out. Thread-safe.
 */
final class ColumnChunk {
    /** What the walk finds. */
    private record Pages(OptionalLong dictionary, List<PagePlace> ofValues) {}

    /** Values are asked for one by one; they are not converted to fields of records. */
    private static final PrimitiveConverter NO_CONVERTER = new PrimitiveConverter() {};

    private final int firstRow;
    private final int rows;
    private final long start;
    private final Compression compression;
    private Optional<Pages> pages = Optional.empty();

    /** @param start where the header of the first page is, in the file */
    ColumnChunk(int firstRow, int rows, long start, Compression compression) {
        this.firstRow = firstRow;
        this.rows = rows;
        this.start = start;
        this.compression = compression;
    }

    int firstRow() {
        return firstRow;
    }

    /** What {@link #places} returns, once it has. */
    synchronized Optional<List<PagePlace>> knownPlaces() {
        return pages.map(Pages::ofValues);
    }

    /** The places of the pages of values, in the order of their rows. */
    List<PagePlace> places(FileChannel channel) throws IOException {
        return pages(channel).ofValues();
    }

    private synchronized Pages pages(FileChannel channel) throws IOException {
        if (pages.isEmpty()) {
            pages = Optional.of(walk(channel));
        }
        return pages.get();
    }

    private Pages walk(FileChannel channel) throws IOException {
        OptionalLong dictionary = OptionalLong.empty();
        long dictionaryBytes = 0;
        List<PagePlace> places = new ArrayList<>();
        long at = start;
        int row = firstRow;
        while (row < firstRow + rows) {
            FileBytes in = new FileBytes(channel, at);
            PageHeader header = Util.readPageHeader(in);
            if (header.getCompressed_page_size() < 0 || header.getUncompressed_page_size() < 0) {
                throw new IOException("a page of negative size");
            }
            if (header.getType() == PageType.DICTIONARY_PAGE) {
                dictionary = OptionalLong.of(at);
                dictionaryBytes = header.getUncompressed_page_size();
            } else if (header.isSetData_page_header() || header.isSetData_page_header_v2()) {
                int values = values(header);
                if (values > 0) {
                    long bytes = header.getUncompressed_page_size()
                            + (StoredPage.usesDictionary(header) ? dictionaryBytes : 0);
                    places.add(new PagePlace(at, row, values, bytes));
                }
                row += values;
            }
            at = in.position() + header.getCompressed_page_size();
        }
        if (row != firstRow + rows) {
            throw new IOException("pages of more rows than the row group has");
        }
        return new Pages(dictionary, List.copyOf(places));
    }

    /** The number of values, which is that of rows: the column does not repeat. */
    private static int values(PageHeader header) throws IOException {
        int values = header.isSetData_page_header_v2()
                ? header.getData_page_header_v2().getNum_values()
                : header.getData_page_header().getNum_values();
        if (values < 0) {
            throw new IOException("a page of " + values + " values");
        }
        return values;
    }

    /** A reader of a page's values. It stands at the first one; rows without a value count. */
    ColumnReader reader(FileChannel channel, PagePlace place, ColumnDescriptor descriptor) throws IOException {
        StoredPage stored = StoredPage.read(channel, place.start());
        OptionalLong dictionaryPlace = pages(channel).dictionary();
        Optional<DictionaryPage> dictionary = Optional.empty();
        if (StoredPage.usesDictionary(stored.header()) && dictionaryPlace.isPresent()) {
            dictionary = Optional.of(
                    StoredPage.read(channel, dictionaryPlace.getAsLong()).dictionary(compression));
        }
        return new ColumnReaderImpl(
                descriptor, new OnePage(place.rows(), stored.data(compression), dictionary), NO_CONVERTER, null);
    }

    /** Makes the library's reader of columns one of a page. */
    private record OnePage(int rows, DataPage page, Optional<DictionaryPage> dictionary) implements PageReader {
        @Override
        public @Nullable DictionaryPage readDictionaryPage() {
            return dictionary.orElse(null);
        }

        @Override
        public long getTotalValueCount() {
            return rows;
        }

        @Override
        public DataPage readPage() {
            return page;
        }
    }
}
