package org.bcm4j.data.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetColumnTest {
    private static final int ROWS = 23;

    @TempDir
    Path directory;

    private static byte[] value(int row) {
        // Every third value is the same, so that a dictionary has something to say.
        return ("value " + (row % 3 == 0 ? 0 : row)).repeat(1 + row % 3).getBytes(StandardCharsets.UTF_8);
    }

    /** Every fifth row has no picture, and every seventh one without content. */
    private static boolean isAbsent(int row) {
        return row % 5 == 4 || row % 7 == 6;
    }

    private TinyParquet table() {
        TinyParquet table = TinyParquet.ofPictures();
        for (int i = 0; i < ROWS; i++) {
            int row = i;
            table.row(group -> {
                if (row % 5 != 4) {
                    Group image = group.addGroup("image").append("path", row + ".png");
                    if (row % 7 != 6) {
                        image.append("bytes", Binary.fromConstantByteArray(value(row)));
                    }
                }
                if (row % 4 != 0) {
                    group.append("label", (long) -row << 33);
                }
            });
        }
        return table;
    }

    private static ParquetColumn column(ParquetFile file, String... path) {
        return file.column(List.of(path)).orElseThrow();
    }

    private static void assertValue(PageCache cache, ParquetColumn column, int row) {
        assertThat(cache.read(column, row)).as("row " + row).isEqualTo(isAbsent(row) ? new byte[0] : value(row));
    }

    @Test
    void valuesAreThoseOfTheirRowsHoweverTheyWereWritten() throws IOException {
        Path path = directory.resolve("x.parquet");
        for (CompressionCodecName codec :
                List.of(CompressionCodecName.UNCOMPRESSED, CompressionCodecName.SNAPPY, CompressionCodecName.ZSTD)) {
            for (WriterVersion version : WriterVersion.values()) {
                for (boolean dictionary : new boolean[] {false, true}) {
                    table().codec(codec).version(version).dictionary(dictionary).write(path);
                    ParquetFile file = ParquetFile.open(path);
                    assertThat(file.rows()).isEqualTo(ROWS);
                    assertThat(file.names()).containsExactly("image", "label");
                    assertThat(file.columns())
                            .map(ParquetColumn::toString)
                            .containsExactly("image.bytes", "image.path", "label");
                    List<Integer> rows =
                            new ArrayList<>(IntStream.range(0, ROWS).boxed().toList());
                    Collections.shuffle(rows, new Random(1));
                    PageCache cache = new PageCache();
                    ParquetColumn pictures = column(file, "image", "bytes");
                    rows.forEach(row -> assertValue(cache, pictures, row));

                    long[] labels = column(file, "label").numbers(7);
                    List<String> names = column(file, "image", "path").texts("none");
                    for (int row = 0; row < ROWS; row++) {
                        assertThat(labels[row]).isEqualTo(row % 4 == 0 ? 7 : (long) -row << 33);
                        assertThat(names.get(row)).isEqualTo(row % 5 == 4 ? "none" : row + ".png");
                    }
                }
            }
        }
    }

    @Test
    void columnsOfOtherKindsAreLeftOut() throws IOException {
        Path path = directory.resolve("x.parquet");
        new TinyParquet("required int32 width; required int32 day (DATE); repeated binary many; required double loss;"
                        + " required binary json (JSON); required group a { required group b { required int32 c; } }")
                .row(row -> {
                    row.append("width", 3).append("day", 4).append("loss", 0.5).append("json", "{}");
                    row.addGroup("a").addGroup("b").append("c", 5);
                })
                .write(path);
        ParquetFile file = ParquetFile.open(path);
        assertThat(file.names()).containsExactly("width", "day", "many", "loss", "json", "a");
        assertThat(file.columns()).map(ParquetColumn::toString).containsExactly("width", "a.b.c");
        assertThat(column(file, "width").numbers(0)).containsExactly(3);
        assertThat(column(file, "a", "b", "c").numbers(0)).containsExactly(5);
    }

    @Test
    void fewPagesAreKept() throws IOException {
        Path path = directory.resolve("x.parquet");
        table().write(path);
        ParquetColumn column = column(ParquetFile.open(path), "image", "bytes");
        assertThat(column.page(21)).isEqualTo(column.page(20)).isNotEqualTo(column.page(22));
        PageCache cache = new PageCache(1, 3);
        for (int row = 0; row < ROWS; row++) {
            assertValue(cache, column, row);
        }
        Files.write(path, new byte[0]);
        // The last row has a page of its own; the two before it have one too.
        assertValue(cache, column, 22);
        assertValue(cache, column, 21);
        assertThatThrownBy(() -> cache.read(column, 19))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("x.parquet: its column image.bytes ends too early or is damaged");
        assertThatThrownBy(() -> cache.read(column, 0)).isInstanceOf(UserException.class);

        // What failed is tried again.
        table().write(path);
        assertValue(cache, column, 0);
    }

    @Test
    void threadsShareACache() throws Exception {
        Path path = directory.resolve("x.parquet");
        table().write(path);
        ParquetColumn column = column(ParquetFile.open(path), "image", "bytes");
        PageCache cache = new PageCache(1, 2);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Integer>> readers = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                int seed = thread;
                readers.add(() -> {
                    Random random = new Random(seed);
                    for (int i = 0; i < 300; i++) {
                        assertValue(cache, column, random.nextInt(ROWS));
                    }
                    return seed;
                });
            }
            for (Future<Integer> reader : pool.invokeAll(readers)) {
                reader.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void damageIsNoticed() throws IOException {
        Path path = directory.resolve("x.parquet");
        table().codec(CompressionCodecName.UNCOMPRESSED).write(path);
        byte[] whole = Files.readAllBytes(path);
        ParquetColumn column = column(ParquetFile.open(path), "image", "bytes");

        byte[] damaged = whole.clone();
        // The length tells the value from its copies among the statistics.
        damaged[new String(whole, StandardCharsets.ISO_8859_1).indexOf("\16\0\0\0value 1") + 4] ^= 1;
        Files.write(path, damaged);
        assertThatThrownBy(() -> new PageCache().read(column, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is damaged; fetch the file again")
                .message()
                .hasLineCount(1);

        byte[] footer = whole.clone();
        Arrays.fill(footer, whole.length - 100, whole.length - 8, (byte) 0xff);
        Files.write(path, footer);
        assertThatThrownBy(() -> ParquetFile.open(path))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("x.parquet: its footer is damaged");
    }
}
