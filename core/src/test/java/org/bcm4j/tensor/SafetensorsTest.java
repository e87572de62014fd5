package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    @TempDir
    Path directory;

    private Path file;
    private Scope scope;

    @BeforeEach
    void open() {
        file = directory.resolve("w.safetensors");
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void everyTypeReturnsBitForBit() throws IOException {
        Random random = new Random(5);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (ElementType type : ElementType.values()) {
            byte[] bits = new byte[15 * type.bytes()];
            random.nextBytes(bits);
            if (type == ElementType.BOOL) {
                for (int i = 0; i < bits.length; i++) {
                    bits[i] &= 1;
                }
            }
            tensors.put("layer." + type, tensor(type, bits, 3, 5));
        }
        tensors.put("scalar", tensor(ElementType.F32, new byte[] {0, 0, (byte) 0x80, 0x3f}));
        tensors.put("empty", tensor(ElementType.F32, new byte[0], 0, 4));
        tensors.put("名前 \"quoted\"\n", tensor(ElementType.I8, new byte[] {1}, 1));

        Safetensors.write(file, tensors, Map.of("format", "pt", "note", "a\nb"));
        SafetensorsFile read = Safetensors.read(file);

        assertThat(read.metadata()).containsExactly(Map.entry("format", "pt"), Map.entry("note", "a\nb"));
        assertThat(read.tensors().keySet()).containsExactlyElementsOf(tensors.keySet());
        for (Map.Entry<String, Tensor> expected : tensors.entrySet()) {
            Tensor actual = read.tensor(expected.getKey());
            assertThat(actual.shape()).isEqualTo(expected.getValue().shape());
            assertThat(actual.scalar_type().value).isEqualTo(expected.getValue().scalar_type().value);
            assertThat(bits(actual)).isEqualTo(bits(expected.getValue()));
        }
    }

    @Test
    void dataIsAlignedAndTheSameContentGivesTheSameBytes() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("b", tensor(ElementType.U8, new byte[] {1, 2, 3}, 3));
        tensors.put("a", tensor(ElementType.F64, new byte[16], 2));
        tensors.put("c", tensor(ElementType.F16, new byte[2], 1));
        Safetensors.write(file, tensors, Map.of("k", "v", "j", "w"));
        byte[] first = Files.readAllBytes(file);
        SafetensorsHeader header = Safetensors.header(file);

        assertThat((first.length - header.dataBytes()) % 8).isZero();
        header.tensors()
                .values()
                .forEach(entry ->
                        assertThat(entry.begin() % entry.type().bytes()).isZero());
        assertThat(header.tensors().keySet()).containsExactly("b", "a", "c");
        assertThat(header.tensors().get("a"))
                .isEqualTo(new SafetensorsHeader.Entry(ElementType.F64, List.of(2L), 0, 16));

        Safetensors.write(file, tensors, Map.of("j", "w", "k", "v"));
        assertThat(Files.readAllBytes(file)).isEqualTo(first);
    }

    @Test
    void writesViewsAsTheyLook() throws IOException {
        Tensor transposed = HostTensors.ofFloats(new float[] {1, 2, 3, 4}, 2, 2).t();
        Safetensors.write(file, Map.of("t", transposed), Map.of());
        assertThat(HostTensors.floats(Safetensors.read(file).tensor("t"))).containsExactly(1, 3, 2, 4);
    }

    @Test
    void tensorsOutliveTheFile() throws IOException {
        Safetensors.write(file, Map.of("t", HostTensors.ofLongs(new long[] {7}, 1)), Map.of());
        Tensor tensor = Safetensors.read(file).tensor("t");
        Files.write(file, new byte[0]);
        assertThat(HostTensors.longs(tensor)).containsExactly(7);
    }

    @Test
    void readsTheSpecificationsExample() throws IOException {
        write("{\"TEST\":{\"dtype\":\"F16\",\"shape\":[1,2],\"data_offsets\":[0,4],\"future\":{\"a\":[1]}}}   ", 4);
        assertThat(Safetensors.read(file).tensor("TEST").shape()).containsExactly(1, 2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "[]                                                                  | is not a JSON object",
                "{                                                                   | is not valid JSON",
                "{} {}                                                               | text follows",
                "{\"a\":1}                                                           | tensor 'a' is not described",
                "{\"a\":{\"shape\":[4],\"data_offsets\":[0,4]}}                      | tensor 'a' has no dtype",
                "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,4]}}                   | tensor 'a' has no shape",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4]}}                            | tensor 'a' needs two"
                        + " data_offsets",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4]}}       | tensor 'a' needs two"
                        + " data_offsets",
                "{\"a\":{\"dtype\":\"Q9\",\"shape\":[4],\"data_offsets\":[0,4]}}     | unsupported dtype 'Q9'",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[0,4]}}     | needs 5 bytes and has 4",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[-4],\"data_offsets\":[0,4]}}    | shape holds a negative number",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4.0],\"data_offsets\":[0,4]}}   | other than whole numbers",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}}     | lies outside the file",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,0]}}     | lies outside the file",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}     | describes 2 bytes of data and"
                        + " the file has 4",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}     | tensor 'a' begins at byte 2,"
                        + " after a hole",
                "{}                                                                  | describes 0 bytes",
                "{\"__metadata__\":{\"a\":1}}                                        | __metadata__ entry 'a' is not"
                        + " text",
            })
    void refusesWithAReason(String header, String reason) throws IOException {
        write(header, 4);
        assertRefused(reason);
    }

    @Test
    void refusesDuplicatesAndOverlaps() throws IOException {
        String three = "{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}";
        write("{\"a\":" + three + ",\"a\":" + three + "}", 3);
        assertRefused("\"a\"");
        write("{\"a\":" + three + ",\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}", 4);
        assertRefused("tensor 'b' begins at byte 2, inside the one before it");
    }

    @Test
    void refusesHostileSizes() throws IOException {
        for (String shape : List.of("4611686018427387904,4", "0,9223372036854775807,2", "99999999999999999999")) {
            write("{\"a\":{\"dtype\":\"F32\",\"shape\":[" + shape + "],\"data_offsets\":[0,0]}}", 0);
            assertRefused("");
        }
        write("{\"a\":{\"dtype\":\"U8\",\"shape\":[" + "1,".repeat(64) + "1],\"data_offsets\":[0,1]}}", 1);
        assertRefused("more than 64");
        for (long length : new long[] {-1, Long.MAX_VALUE, 100_000_001, 3}) {
            Files.write(
                    file,
                    ByteBuffer.allocate(10)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(length)
                            .array());
            assertRefused("claims");
        }
        Files.write(file, new byte[7]);
        assertRefused("only 7 bytes");
        Files.write(file, new byte[] {1, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff});
        assertRefused("UTF-8");
    }

    @Test
    void namesMissingFilesAndDirectories() {
        assertThatThrownBy(() -> Safetensors.read(directory.resolve("none")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("none: no such file");
        assertThatThrownBy(() -> Safetensors.read(directory))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(directory.toString());
    }

    @Test
    void refusesToWriteWhatTheFormatCanNotHold() {
        Tensor tensor = HostTensors.ofFloats(new float[1], 1);
        assertThatThrownBy(() -> Safetensors.write(file, Map.of("__metadata__", tensor), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(file).doesNotExist();
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(() -> Safetensors.read(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(reason)
                .message()
                .hasLineCount(1);
    }

    private void write(String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer content = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file, content.putLong(json.length).put(json).array());
    }

    private static Tensor tensor(ElementType type, byte[] bits, long... shape) throws IOException {
        return HostTensors.read(Channels.newChannel(new ByteArrayInputStream(bits)), type.scalarType(), shape);
    }

    private static byte[] bits(Tensor tensor) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        HostTensors.write(Channels.newChannel(out), tensor);
        return out.toByteArray();
    }
}
