package org.bcm4j.data.parquet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** A Parquet file to write, by Parquet's own library: with several row groups, and pages of two rows in each. */
public final class TinyParquet {
    /** The columns of a set of Hugging Face. */
    public static final String HUGGING_FACE =
            "optional group image { optional binary bytes; optional binary path" + " (STRING); } optional int64 label;";

    private static final int ROWS_OF_GROUP = 5;
    private static final int ROWS_OF_PAGE = 2;

    private final MessageType schema;
    private final List<Consumer<Group>> rows = new ArrayList<>();
    private Map<String, String> texts = Map.of();
    private CompressionCodecName codec = CompressionCodecName.SNAPPY;
    private WriterVersion version = WriterVersion.PARQUET_1_0;
    private boolean hasDictionary;

    /** @param columns in Parquet's own language */
    public TinyParquet(String columns) {
        this.schema = MessageTypeParser.parseMessageType("message table { " + columns + " }");
    }

    public static TinyParquet ofPictures() {
        return new TinyParquet(HUGGING_FACE);
    }

    /** Names the classes as Hugging Face does. */
    public TinyParquet classes(String column, String... names) {
        String list = String.join("\", \"", names);
        texts = Map.of(
                "huggingface",
                "{\"info\": {\"features\": {\"" + column + "\": {\"names\": [\"" + list
                        + "\"], \"_type\": \"ClassLabel\"}}}}");
        return this;
    }

    public TinyParquet codec(CompressionCodecName wanted) {
        codec = wanted;
        return this;
    }

    public TinyParquet version(WriterVersion wanted) {
        version = wanted;
        return this;
    }

    public TinyParquet dictionary(boolean wanted) {
        hasDictionary = wanted;
        return this;
    }

    public TinyParquet row(Consumer<Group> fields) {
        rows.add(fields);
        return this;
    }

    /** A row of a set of Hugging Face. */
    public TinyParquet picture(byte[] content, long label) {
        return row(row -> {
            row.addGroup("image")
                    .append("bytes", Binary.fromConstantByteArray(content))
                    .append("path", "a.png");
            row.append("label", label);
        });
    }

    public void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.deleteIfExists(file);
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withType(schema)
                .withExtraMetaData(texts)
                .withCompressionCodec(codec)
                .withWriterVersion(version)
                .withDictionaryEncoding(hasDictionary)
                .withRowGroupRowCountLimit(ROWS_OF_GROUP)
                .withPageRowCountLimit(ROWS_OF_PAGE)
                .withMinRowCountForPageSizeCheck(1)
                .build()) {
            for (Consumer<Group> fields : rows) {
                Group row = new SimpleGroup(schema);
                fields.accept(row);
                writer.write(row);
            }
        }
    }
}
