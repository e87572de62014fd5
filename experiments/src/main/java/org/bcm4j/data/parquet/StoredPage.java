package org.bcm4j.data.parquet;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;

/** A page as it is in the file: compressed. */
final class StoredPage {
    private final PageHeader header;
    private final byte[] content;

    private StoredPage(PageHeader header, byte[] content) {
        this.header = header;
        this.content = content;
    }

    /**
     * Reads a page.
     *
     * @param start where its header begins
     * @throws IOException if the file ends before the page does, or the page is damaged
     */
    static StoredPage read(FileChannel channel, long start) throws IOException {
        FileBytes in = new FileBytes(channel, start);
        PageHeader header = Util.readPageHeader(in);
        byte[] content = in.readNBytes(header.getCompressed_page_size());
        if (content.length < header.getCompressed_page_size()) {
            throw new EOFException();
        }
        CRC32 sum = new CRC32();
        sum.update(content);
        if (header.isSetCrc() && (int) sum.getValue() != header.getCrc()) {
            throw new IOException("a page has another checksum than its header says");
        }
        return new StoredPage(header, content);
    }

    PageHeader header() {
        return header;
    }

    private static Encoding encoding(org.apache.parquet.format.Encoding written) {
        return Encoding.valueOf(written.name());
    }

    DictionaryPage dictionary(Compression compression) throws IOException {
        byte[] values = compression.unpacked(content, 0, header.getUncompressed_page_size());
        int count = header.getDictionary_page_header().getNum_values();
        if (count > values.length) {
            throw new IOException("a dictionary of " + count + " values in " + values.length + " bytes");
        }
        return new DictionaryPage(
                BytesInput.from(values),
                count,
                encoding(header.getDictionary_page_header().getEncoding()));
    }

    DataPage data(Compression compression) throws IOException {
        return header.isSetData_page_header_v2() ? second(compression) : first(compression);
    }

    private DataPage first(Compression compression) throws IOException {
        DataPageHeader described = header.getData_page_header();
        int size = header.getUncompressed_page_size();
        return new DataPageV1(
                BytesInput.from(compression.unpacked(content, 0, size)),
                described.getNum_values(),
                size,
                null,
                encoding(described.getRepetition_level_encoding()),
                encoding(described.getDefinition_level_encoding()),
                encoding(described.getEncoding()));
    }

    /** In the second version of the format the levels are in front of what is compressed. */
    private DataPage second(Compression compression) throws IOException {
        DataPageHeaderV2 described = header.getData_page_header_v2();
        int repetitions = described.getRepetition_levels_byte_length();
        int definitions = described.getDefinition_levels_byte_length();
        if (repetitions < 0 || definitions < 0 || repetitions > content.length - definitions) {
            throw new IOException("levels of more bytes than the page has");
        }
        int levels = repetitions + definitions;
        int size = header.getUncompressed_page_size() - levels;
        boolean packed = size > 0 && (!described.isSetIs_compressed() || described.isIs_compressed());
        byte[] values = packed
                ? compression.unpacked(content, levels, size)
                : Compression.UNCOMPRESSED.unpacked(content, levels, size);
        return DataPageV2.uncompressed(
                described.getNum_rows(),
                described.getNum_nulls(),
                described.getNum_values(),
                BytesInput.from(Arrays.copyOf(content, repetitions)),
                BytesInput.from(Arrays.copyOfRange(content, repetitions, levels)),
                encoding(described.getEncoding()),
                BytesInput.from(values),
                null);
    }

    /** Whether the values are numbers of entries in the dictionary. */
    static boolean usesDictionary(PageHeader header) {
        org.apache.parquet.format.Encoding encoding = header.isSetData_page_header_v2()
                ? header.getData_page_header_v2().getEncoding()
                : header.getData_page_header().getEncoding();
        return switch (encoding) {
            case PLAIN_DICTIONARY, RLE_DICTIONARY -> true;
            default -> false;
        };
    }
}
