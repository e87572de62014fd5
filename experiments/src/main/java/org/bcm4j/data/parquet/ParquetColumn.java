package org.bcm4j.data.parquet;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;

/**
 * A column of a file, with a value or none in each row. Only the places of its pages are in memory, of each row group
 * from its first use on. Thread-safe. Methods that read throw a {@link UserException} if the file cannot be read, has
 * become another one, or is damaged.
 */
public final class ParquetColumn {
    /** What the values are. */
    public enum Kind {
        /** Byte strings. */
        BYTES,
        /** Texts in UTF-8. */
        TEXT,
        /** Whole numbers of up to 64 bits. */
        NUMBER
    }

    private final Path file;
    private final ColumnDescriptor descriptor;
    private final Kind kind;
    private final int rows;
    private final List<ColumnChunk> chunks;

    /** @param chunks one for each row group that has rows, in order */
    ParquetColumn(Path file, ColumnDescriptor descriptor, Kind kind, int rows, List<ColumnChunk> chunks) {
        this.file = file;
        this.descriptor = descriptor;
        this.kind = kind;
        this.rows = rows;
        this.chunks = List.copyOf(chunks);
    }

    /** The name of the column and, within a struct, that of the field. */
    public List<String> path() {
        return List.of(descriptor.getPath());
    }

    public Kind kind() {
        return kind;
    }

    /** The file that the column is in. */
    public Path file() {
        return file;
    }

    /** The number of rows of the file. */
    public int rows() {
        return rows;
    }

    /** The name, with that of a field behind a dot. */
    @Override
    public String toString() {
        return String.join(".", path());
    }

    /** Takes the values of rows in order. */
    private interface Receiver {
        void take(int row, ColumnReader value);
    }

    /**
     * All values of a column of numbers.
     *
     * @param absent stands for those of rows that have none
     */
    public long[] numbers(long absent) {
        require(Kind.NUMBER);
        long[] numbers = new long[rows];
        Arrays.fill(numbers, absent);
        boolean wide = descriptor.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.INT64;
        readAll((row, value) -> numbers[row] = wide ? value.getLong() : value.getInteger());
        return numbers;
    }

    /**
     * All values of a column of texts. Equal texts are one object.
     *
     * @param absent stands for those of rows that have none
     */
    public List<String> texts(String absent) {
        require(Kind.TEXT);
        List<String> texts = new ArrayList<>(Collections.nCopies(rows, absent));
        readAll((row, value) ->
                texts.set(row, value.getBinary().toStringUsingUTF8().intern()));
        return texts;
    }

    private void require(Kind wanted) {
        if (kind != wanted) {
            throw new IllegalStateException("column " + this + " is of " + kind + ", not " + wanted);
        }
    }

    private void readAll(Receiver receiver) {
        reading(channel -> {
            for (ColumnChunk chunk : chunks) {
                for (PagePlace place : chunk.places(channel)) {
                    readPage(channel, chunk, place, receiver);
                }
            }
            return rows;
        });
    }

    private void readPage(FileChannel channel, ColumnChunk chunk, PagePlace place, Receiver receiver)
            throws IOException {
        ColumnReader reader = chunk.reader(channel, place, descriptor);
        for (int i = 0; i < place.rows(); i++) {
            if (reader.getCurrentDefinitionLevel() == descriptor.getMaxDefinitionLevel()) {
                receiver.take(place.firstRow() + i, reader);
            }
            reader.consume();
        }
    }

    /** The page that a row's value is in. */
    PagePlace page(int row) {
        ColumnChunk chunk = chunk(row);
        return last(chunk.knownPlaces().orElseGet(() -> reading(chunk::places)), place -> place.firstRow() <= row);
    }

    /** The values of a page, byte strings or texts. A row without one has an empty one. */
    Binary[] values(PagePlace place) {
        Binary[] values = new Binary[place.rows()];
        Arrays.fill(values, Binary.EMPTY);
        return reading(channel -> {
            readPage(
                    channel,
                    chunk(place.firstRow()),
                    place,
                    (row, value) -> values[row - place.firstRow()] = value.getBinary());
            return values;
        });
    }

    private ColumnChunk chunk(int row) {
        return last(chunks, chunk -> chunk.firstRow() <= row);
    }

    /** The last element of which something is true that is true of all before it. */
    private static <T> T last(List<T> elements, Predicate<T> condition) {
        int low = 0;
        int high = elements.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (condition.test(elements.get(middle))) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return elements.get(low);
    }

    /** What is read from the open file. */
    private interface Reading<T> {
        T from(FileChannel channel) throws IOException;
    }

    /** Opens the file each time: a set can have more files than a process may open. */
    private <T> T reading(Reading<T> what) {
        try (FileChannel channel = FileChannel.open(file)) {
            try {
                return what.from(channel);
            } catch (IOException | RuntimeException | StackOverflowError e) {
                // The library throws many kinds of exceptions on damaged pages, and follows structs in their headers.
                throw new UserException(
                        file + ": its column " + this + " ends too early or is damaged; fetch the file again", e);
            }
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }
}
