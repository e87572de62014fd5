package org.bcm4j.data.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.InterningProtocol;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.bcm4j.storage.ExactBytes;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.ForeignContent;
import org.bcm4j.storage.UserException;
import shaded.parquet.org.apache.thrift.TException;
import shaded.parquet.org.apache.thrift.protocol.TCompactProtocol;
import shaded.parquet.org.apache.thrift.transport.TIOStreamTransport;

/** What the footer of a Parquet file says. Immutable. */
public final class ParquetFile {
    /** The first four bytes of a file, and its last four. */
    public static final String MARK = "PAR1";

    private static final String ENCRYPTED_MARK = "PARE";

    /** The length of the footer and the mark. */
    private static final int TAIL = Integer.BYTES + MARK.length();

    private final Path path;
    private final int rows;
    private final List<String> names;
    private final Map<String, String> texts;
    private final List<ParquetColumn> columns;

    /**
     * What a footer says.
     *
     * @throws IOException if it is damaged; there can be many kinds of RuntimeExceptions, too
     */
    private ParquetFile(Path path, FileMetaData footer, long size) throws IOException {
        this.path = path;
        this.rows = Math.toIntExact(
                footer.getRow_groups().stream().mapToLong(RowGroup::getNum_rows).sum());
        if (rows > size) {
            throw new IOException(rows + " rows in " + size + " bytes");
        }
        List<SchemaLeaf> leaves = SchemaLeaf.of(footer.getSchema());
        this.names = leaves.stream().map(leaf -> leaf.path().get(0)).distinct().toList();
        this.texts = texts(footer);
        this.columns = columns(footer, leaves);
    }

    /**
     * Reads the footer.
     *
     * @throws UserException if the file cannot be read, is no Parquet file, is damaged or encrypted, or a column that
     *     could be read is compressed by a codec that is not read
     */
    public static ParquetFile open(Path path) {
        ForeignContent.refuse(path);
        try (FileChannel channel = FileChannel.open(path)) {
            long size = channel.size();
            String start = size < MARK.length() ? "" : text(ExactBytes.at(channel, 0, MARK.length()));
            if (start.equals(ENCRYPTED_MARK)) {
                throw encrypted(path);
            }
            if (!start.equals(MARK) || size < MARK.length() + TAIL) {
                throw new UserException(
                        path + ": is not a Parquet file, which begins with " + MARK + "; fetch or write it again");
            }
            ByteBuffer tail = ExactBytes.at(channel, size - TAIL, TAIL).order(ByteOrder.LITTLE_ENDIAN);
            int length = tail.getInt();
            if (!text(tail).endsWith(MARK) || length <= 0 || length > size - TAIL - MARK.length()) {
                throw new UserException(
                        path + ": ends too early, without the footer of a Parquet file; fetch it again");
            }
            return parsed(path, channel, size - TAIL - length, length);
        } catch (IOException e) {
            throw FileFailure.reading(path, e);
        }
    }

    private static ParquetFile parsed(Path path, FileChannel channel, long start, int length) {
        try {
            // Memory is set aside for the texts and lists that the footer claims. No list has more entries than bytes.
            TIOStreamTransport bytes = new TIOStreamTransport(new FileBytes(channel, start));
            FileMetaData footer = new FileMetaData();
            footer.read(new InterningProtocol(new TCompactProtocol(bytes, length, length)));
            if (footer.isSetEncryption_algorithm()) {
                throw encrypted(path);
            }
            return new ParquetFile(path, footer, channel.size());
        } catch (UserException e) {
            throw e;
        } catch (IOException | TException | RuntimeException | StackOverflowError e) {
            // The library throws many kinds of exceptions on damaged footers, and follows structs in structs.
            throw new UserException(path + ": its footer is damaged; fetch the file again", e);
        }
    }

    private static UserException encrypted(Path path) {
        return new UserException(path + ": is encrypted; write it again without encryption");
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.ISO_8859_1.decode(bytes).toString();
    }

    private static Map<String, String> texts(FileMetaData footer) {
        Map<String, String> texts = new TreeMap<>();
        if (footer.isSetKey_value_metadata()) {
            for (KeyValue text : footer.getKey_value_metadata()) {
                texts.put(text.getKey(), text.isSetValue() ? text.getValue() : "");
            }
        }
        return Collections.unmodifiableMap(texts);
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
        return texts;
    }

    /** The names of all columns, in their order. */
    public List<String> names() {
        return names;
    }

    /**
     * The columns that can be read, and those fields of structs, in their order: numbers, texts and byte strings of
     * which a row has at most one.
     */
    public List<ParquetColumn> columns() {
        return columns;
    }

    private List<ParquetColumn> columns(FileMetaData footer, List<SchemaLeaf> leaves) throws IOException {
        for (RowGroup group : footer.getRow_groups()) {
            if (group.getColumnsSize() != leaves.size() || group.getNum_rows() < 0) {
                throw new IOException("a row group of other columns than the schema's, or of a negative size");
            }
        }
        List<ParquetColumn> readable = new ArrayList<>();
        for (int i = 0; i < leaves.size(); i++) {
            SchemaLeaf leaf = leaves.get(i);
            if (leaf.kind().isPresent()) {
                List<ColumnChunk> chunks = chunks(footer.getRow_groups(), i);
                readable.add(
                        new ParquetColumn(path, leaf.descriptor(), leaf.kind().get(), rows, chunks));
            }
        }
        return List.copyOf(readable);
    }

    private List<ColumnChunk> chunks(List<RowGroup> groups, int column) {
        List<ColumnChunk> chunks = new ArrayList<>();
        int row = 0;
        for (RowGroup group : groups) {
            int count = Math.toIntExact(group.getNum_rows());
            if (count > 0) {
                ColumnMetaData described = group.getColumns().get(column).getMeta_data();
                chunks.add(new ColumnChunk(row, count, start(described), compression(described)));
            }
            row += count;
        }
        return chunks;
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
        return columns.stream().filter(column -> column.path().equals(path)).findFirst();
    }
}
