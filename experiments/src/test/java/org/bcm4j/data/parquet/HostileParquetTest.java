package org.bcm4j.data.parquet;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Small files that claim much, which must cost no more than their size. */
class HostileParquetTest {
    @TempDir
    Path directory;

    private void refused(byte[] footer) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(footer.length + 12).order(ByteOrder.LITTLE_ENDIAN);
        byte[] mark = ParquetFile.MARK.getBytes(StandardCharsets.US_ASCII);
        Path path = Files.write(
                directory.resolve("x.parquet"),
                file.put(mark).put(footer).putInt(footer.length).put(mark).array());
        assertThatThrownBy(() -> ParquetFile.open(path))
                .isInstanceOf(UserException.class)
                .hasMessage(path + ": its footer is damaged; fetch the file again");
    }

    private static byte[] written(List<SchemaElement> schema, RowGroup... groups) throws IOException {
        ByteArrayOutputStream footer = new ByteArrayOutputStream();
        Util.writeFileMetaData(new FileMetaData(1, schema, 1, List.of(groups)), footer);
        return footer.toByteArray();
    }

    private static List<SchemaElement> oneColumn() {
        SchemaElement column = new SchemaElement("image");
        column.setType(Type.BYTE_ARRAY);
        column.setRepetition_type(FieldRepetitionType.REQUIRED);
        SchemaElement root = new SchemaElement("table");
        root.setNum_children(1);
        return List.of(root, column);
    }

    /** The first version, and a schema of 2^31 - 1 structs. */
    @Test
    void aListOfMoreEntriesThanBytes() throws IOException {
        refused(HexFormat.of().parseHex("150219fcffffffff07"));
    }

    /** The first version, and a field that the format does not have: structs in structs. */
    @Test
    void structsInOneAnother() throws IOException {
        byte[] footer = new byte[200_000];
        Arrays.fill(footer, (byte) 0x1c);
        System.arraycopy(HexFormat.of().parseHex("1502fc"), 0, footer, 0, 3);
        refused(footer);
    }

    @Test
    void columnsInOneAnother() throws IOException {
        List<SchemaElement> schema = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            SchemaElement struct = new SchemaElement("a");
            struct.setNum_children(1);
            schema.add(struct);
        }
        refused(written(schema));
    }

    @Test
    void columnsWithoutDescription() throws IOException {
        refused(written(oneColumn(), new RowGroup(List.of(new ColumnChunk(0)), 1, 1)));
    }

    @Test
    void moreRowsThanBytes() throws IOException {
        refused(written(oneColumn(), new RowGroup(List.of(new ColumnChunk(0)), 1, Integer.MAX_VALUE)));
        refused(written(oneColumn(), new RowGroup(List.of(new ColumnChunk(0)), 1, Long.MAX_VALUE)));
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void pagesThatUnpackToTheImpossible(Compression compression) {
        assertThatThrownBy(() -> compression.unpacked(new byte[9], 1, Integer.MAX_VALUE))
                .isInstanceOf(IOException.class)
                .hasMessage("an impossible size of 2147483647 bytes");
    }

    private StoredPage page(PageHeader header) throws IOException {
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        Util.writePageHeader(header, page);
        page.writeBytes(new byte[header.getCompressed_page_size()]);
        Path file = Files.write(directory.resolve("page"), page.toByteArray());
        try (FileChannel channel = FileChannel.open(file)) {
            return StoredPage.read(channel, 0);
        }
    }

    @Test
    void levelsOfMoreBytesThanTheirPage() throws IOException {
        for (int[] bytes : new int[][] {{Integer.MAX_VALUE, 0}, {0, Integer.MAX_VALUE}, {5, 5}, {-1, 4}, {4, -1}}) {
            PageHeader header = new PageHeader(PageType.DATA_PAGE_V2, 9, 9);
            header.setData_page_header_v2(new DataPageHeaderV2(1, 0, 1, Encoding.PLAIN, bytes[1], bytes[0]));
            StoredPage page = page(header);
            assertThatThrownBy(() -> page.data(Compression.UNCOMPRESSED))
                    .isInstanceOf(IOException.class)
                    .hasMessage("levels of more bytes than the page has");
        }
    }

    @Test
    void aDictionaryOfMoreValuesThanBytes() throws IOException {
        PageHeader header = new PageHeader(PageType.DICTIONARY_PAGE, 9, 9);
        header.setDictionary_page_header(new DictionaryPageHeader(Integer.MAX_VALUE, Encoding.PLAIN));
        StoredPage page = page(header);
        assertThatThrownBy(() -> page.dictionary(Compression.UNCOMPRESSED))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a dictionary of 2147483647 values in 9 bytes");
    }
}
