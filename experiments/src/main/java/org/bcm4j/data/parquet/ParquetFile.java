package org.bcm4j.data.parquet;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.ForeignContent;
import org.bcm4j.storage.UserException;

/** What the footer of a Parquet file says. Immutable. */
public final class ParquetFile {
    /** The first four bytes of a file, and its last four. */
    public static final String MARK = "PAR1";

    private static final String ENCRYPTED_MARK = "PARE";

    /** The length of the footer and the mark. */
    private static final int TAIL = Integer.BYTES + MARK.length();

    private final Path path;
    private final FileMetaData footer;
    private final List<SchemaLeaf> leaves;
    private final int rows;

    private ParquetFile(Path path, FileMetaData footer) {
        this.path = path;
        this.footer = footer;
        this.leaves = SchemaLeaf.of(footer.getSchema());
        this.rows = Math.toIntExact(
                footer.getRow_groups().stream().mapToLong(RowGroup::getNum_rows).sum());
    }

    /**
     * Reads the footer.
     *
     * @throws UserException if the file cannot be read, is no Parquet file, is damaged or encrypted
     */
    public static ParquetFile open(Path path) {
        ForeignContent.refuse(path);
        try (FileChannel channel = FileChannel.open(path)) {
            long size = channel.size();
            String start = size < MARK.length() ? "" : text(bytes(channel, 0, MARK.length()));
            if (start.equals(ENCRYPTED_MARK)) {
                throw encrypted(path);
            }
            if (!start.equals(MARK) || size < MARK.length() + TAIL) {
                throw new UserException(
                        path + ": is not a Parquet file, which begins with " + MARK + "; fetch or write it again");
            }
            ByteBuffer tail = ByteBuffer.wrap(bytes(channel, size - TAIL, TAIL)).order(ByteOrder.LITTLE_ENDIAN);
            int length = tail.getInt();
            if (!text(tail.array()).endsWith(MARK) || length <= 0 || length > size - TAIL - MARK.length()) {
                throw new UserException(
                        path + ": ends too early, without the footer of a Parquet file; fetch it again");
            }
            return parsed(path, channel, size - TAIL - length);
        } catch (IOException e) {
            throw FileFailure.reading(path, e);
        }
    }

    private static ParquetFile parsed(Path path, FileChannel channel, long start) {
        try {
            FileMetaData footer = Util.readFileMetaData(new FileBytes(channel, start));
            if (footer.isSetEncryption_algorithm()) {
                throw encrypted(path);
            }
            return new ParquetFile(path, footer);
        } catch (UserException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The library throws many kinds of exceptions on damaged footers.
            throw new UserException(path + ": its footer is damaged; fetch the file again", e);
        }
    }

    private static UserException encrypted(Path path) {
        return new UserException(path + ": is encrypted; write it again without encryption");
    }

    private static byte[] bytes(FileChannel channel, long start, int count) throws IOException {
        byte[] bytes = new FileBytes(channel, start).readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException();
        }
        return bytes;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Where the file is. */
    public Path path() {
        return path;
    }

    /** The number of rows. */
    public int rows() {
        return rows;
    }

    /** The texts that the writer added to the file, by their names. */
    public Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        if (footer.isSetKey_value_metadata()) {
            for (KeyValue text : footer.getKey_value_metadata()) {
                texts.put(text.getKey(), text.isSetValue() ? text.getValue() : "");
            }
        }
        return texts;
    }

    /** The names of all columns, in their order. */
    public List<String> names() {
        Set<String> names = new LinkedHashSet<>();
        leaves.forEach(leaf -> names.add(leaf.path().get(0)));
        return List.copyOf(names);
    }

    /**
     * The columns that can be read, and those fields of structs, in their order: numbers, texts and byte strings of
     * which a row has at most one.
     *
     * @throws UserException if such a column is compressed by a codec that is not read, or its footer is damaged
     */
    public List<ParquetColumn> columns() {
        List<ParquetColumn> columns = new ArrayList<>();
        for (int i = 0; i < leaves.size(); i++) {
            SchemaLeaf leaf = leaves.get(i);
            if (leaf.kind().isPresent()) {
                columns.add(column(leaf.descriptor(), leaf.kind().get(), i));
            }
        }
        return columns;
    }

    private ParquetColumn column(ColumnDescriptor descriptor, ParquetColumn.Kind kind, int number) {
        List<ColumnChunk> chunks = new ArrayList<>();
        int row = 0;
        for (RowGroup group : footer.getRow_groups()) {
            int count = Math.toIntExact(group.getNum_rows());
            if (group.getColumnsSize() != leaves.size() || count < 0) {
                throw new UserException(path + ": its footer is damaged; fetch the file again");
            }
            if (count > 0) {
                ColumnMetaData described = group.getColumns().get(number).getMeta_data();
                chunks.add(new ColumnChunk(row, count, start(described), compression(described)));
            }
            row += count;
        }
        return new ParquetColumn(path, descriptor, kind, rows, chunks);
    }

    private Compression compression(ColumnMetaData described) {
        return Compression.of(described.getCodec())
                .orElseThrow(() -> new UserException(path + ": its column "
                        + String.join(".", described.getPath_in_schema()) + " is compressed by "
                        + described.getCodec().name().toLowerCase(Locale.ROOT)
                        + ", which is not read; write it again with one of "
                        + Compression.names()));
    }

    /** Some writers name the place 0 where there is no dictionary. */
    private static long start(ColumnMetaData described) {
        long dictionary = described.getDictionary_page_offset();
        long data = described.getData_page_offset();
        return described.isSetDictionary_page_offset() && dictionary > 0 ? Math.min(dictionary, data) : data;
    }

    /** A column by its name, and that of its field in a struct; absent if it cannot be read. */
    public Optional<ParquetColumn> column(List<String> path) {
        return columns().stream().filter(column -> column.path().equals(path)).findFirst();
    }
}
