package org.bcm4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlaxFileTest {
    private static final long[] TWO_BY_THREE = {2, 3};
    private static final float[] NUMBERS = {1, 2, 3, 4, 5, 6};

    @TempDir
    Path directory;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void readsATreeOfArrays() throws IOException {
        Checkpoint checkpoint = read(new MessagePackBytes()
                .codes(0x82)
                .text("params_ema")
                .codes(0x81)
                .text("conv")
                .codes(0x82)
                .text("kernel")
                .array(1, "float32", TWO_BY_THREE, TorchBytes.littleEndian(NUMBERS))
                .text("bias")
                .array(1, "float32", new long[] {0}, new byte[0])
                .text("step")
                .array(3, "int64", new long[0], new byte[] {9, 0, 0, 0, 0, 0, 0, 0}));
        assertThat(checkpoint.tensors()).containsOnlyKeys("params_ema/conv/kernel", "params_ema/conv/bias", "step");
        Tensor kernel = checkpoint.tensor("params_ema/conv/kernel");
        assertThat(kernel.shape()).containsExactly(2, 3);
        assertThat(HostTensors.floats(kernel)).containsExactly(NUMBERS);
        assertThat(checkpoint.tensor("params_ema/conv/bias").shape()).containsExactly(0);
        Tensor step = checkpoint.tensor("step");
        assertThat(step.shape()).isEmpty();
        assertThat(HostTensors.longs(step)).containsExactly(9);
    }

    /** The ninth byte of such a file is that of a brace, as in safetensors. */
    @Test
    void aStepIsNotTakenForAnotherFormat() throws IOException {
        for (int step : new int[] {379, 123 + 256 * 255}) {
            Checkpoint checkpoint = read(new MessagePackBytes()
                    .codes(0x81, 0xa4, 's', 't', 'e', 'p', 0xcd)
                    .bigEndian(step, Short.BYTES));
            assertThat(checkpoint.scalars()).containsExactly(Map.entry("step", (long) step));
        }
    }

    @Test
    void joinsChunks() throws IOException {
        byte[] first = TorchBytes.littleEndian(1, 2, 3, 4);
        byte[] second = TorchBytes.littleEndian(5, 6);
        Checkpoint checkpoint = read(new MessagePackBytes()
                .codes(0x81)
                .text("kernel")
                .codes(0x83)
                .text("__msgpack_chunked_array__")
                .codes(0xc3)
                .text("shape")
                .codes(0x82)
                .text("0")
                .codes(2)
                .text("1")
                .codes(3)
                .text("chunks")
                .codes(0x82)
                .text("1")
                .array(1, "float32", new long[] {2}, second)
                .text("0")
                .array(1, "float32", new long[] {4}, first));
        assertThat(checkpoint.tensor("kernel").shape()).containsExactly(2, 3);
        assertThat(HostTensors.floats(checkpoint.tensor("kernel"))).containsExactly(NUMBERS);
        assertThat(checkpoint.scalars()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "float64, Double, 8",
        "float32, Float, 4",
        "float16, Half, 2",
        "bfloat16, BFloat16, 2",
        "int64, Long, 8",
        "uint64, Long, 8",
        "int32, Int, 4",
        "uint32, Int, 4",
        "int16, Short, 2",
        "uint16, Short, 2",
        "int8, Char, 1",
        "uint8, Byte, 1",
        "bool, Bool, 1"
    })
    void knowsTypesByNumPysNames(String name, ScalarType type, int bytes) throws IOException {
        byte[] content = new byte[2 * bytes];
        content[bytes] = 1;
        Checkpoint checkpoint =
                read(new MessagePackBytes().codes(0x81).text("a").array(1, name, new long[] {2}, content));
        Tensor tensor = checkpoint.tensor("a");
        assertThat(tensor.scalar_type().value).isEqualTo(type.value);
        // The smallest number above zero of each type.
        double[] values = HostTensors.doubles(tensor);
        assertThat(values[0]).isZero();
        assertThat(values[1]).isPositive().isLessThanOrEqualTo(1);
    }

    @Test
    void readsScalarsOfEverySize() throws IOException {
        Checkpoint checkpoint = read(new MessagePackBytes()
                .codes(0x85)
                .text("whole")
                .codes(0xdc, 0, 13, 127, 0xff, 0xcc, 255, 0xcd, 255, 255, 0xce, 255, 255, 255, 255, 0xcf)
                .bigEndian(-1, 8)
                .codes(0xcf)
                .bigEndian(5, 8)
                .codes(0xd0, 0x80, 0xd1, 0x80, 0, 0xd2)
                .bigEndian(Integer.MIN_VALUE, 4)
                .codes(0xd3)
                .bigEndian(Long.MIN_VALUE, 8)
                .codes(0xc2, 0xc3)
                .codes(0xa1, 'x', 0x91)
                .text("text")
                .text("real")
                .codes(0x92, 0xca)
                .bigEndian(Float.floatToIntBits(0.5f), 4)
                .codes(0xcb)
                .bigEndian(Double.doubleToLongBits(Math.PI), 8)
                .text("left out")
                .codes(0x94, 0xc0, 0xc4, 1, 0, 0xd4, 2, 0, 0xd8, 9)
                .bigEndian(0, 8)
                .bigEndian(0, 8)
                .codes(3, 0xde, 0, 1, 4, 0xdf, 0, 0, 0, 1, 0xc3, 0xda, 0, 1, 'y'));
        assertThat(checkpoint.scalars())
                .containsExactly(
                        Map.entry("whole/0", 127L),
                        Map.entry("whole/1", -1L),
                        Map.entry("whole/2", 255L),
                        Map.entry("whole/3", 65535L),
                        Map.entry("whole/4", 4294967295L),
                        Map.entry("whole/5", new BigInteger("18446744073709551615")),
                        Map.entry("whole/6", 5L),
                        Map.entry("whole/7", -128L),
                        Map.entry("whole/8", -32768L),
                        Map.entry("whole/9", (long) Integer.MIN_VALUE),
                        Map.entry("whole/10", Long.MIN_VALUE),
                        Map.entry("whole/11", false),
                        Map.entry("whole/12", true),
                        Map.entry("x/0", "text"),
                        Map.entry("real/0", 0.5),
                        Map.entry("real/1", Math.PI),
                        Map.entry("3/4/true", "y"));
    }

    @Test
    void refusesDamage() throws IOException {
        byte[] content = TorchBytes.littleEndian(NUMBERS);
        byte[] sound = new MessagePackBytes()
                .codes(0x81)
                .text("a")
                .array(1, "float32", TWO_BY_THREE, content)
                .bytes();
        assertThat(read(sound).tensors()).hasSize(1);
        assertRefused(Arrays.copyOf(sound, sound.length - 1), "ends too early");
        assertRefused(Arrays.copyOf(sound, sound.length + 1), "1 bytes follow its end");
        assertRefused(array("float32", new long[] {5}, content), "shape [5] has 24 bytes");
        assertRefused(array("float32", new long[] {7}, content), "shape [7] reaches element 7");
        assertRefused(array("float32", new long[] {1L << 62, 4}, content), "impossible shape");
        assertRefused(array("float32", new long[] {-2, -3}, content), "impossible shape");
        assertRefused(array("float64", new long[] {2}, new byte[17]), "has 17 bytes");
        assertRefused(array("complex64", new long[] {3}, content), "array of type 'complex64'");
        assertRefused(
                new MessagePackBytes().codes(0x81).text("a").extension(1, new byte[] {5}),
                "without shape, type and bytes");
        assertRefused(new MessagePackBytes().codes(0x81).text("abcdef").codes(0xc1), "unknown code");
        // A billion items, a text of 4 GB, an extension of 4 GB: claims only.
        assertRefused(new MessagePackBytes().codes(0x81).text("abcdef").codes(0xdd, 60, 0, 0, 0), "ends too early");
        assertRefused(new MessagePackBytes().codes(0x81).text("abcdef").codes(0xdb, 255, 0, 0, 0), "a text of");
        assertRefused(new MessagePackBytes().codes(0x81).text("abcdef").codes(0xc9, 255, 0, 0, 0, 1), "ends too early");
    }

    @Test
    void refusesTreesThatAreTooDeepOrTooLarge() throws IOException {
        MessagePackBytes deep = new MessagePackBytes().codes(0x81).text("a");
        for (int i = 0; i < 100_000; i++) {
            deep.codes(0x91);
        }
        assertRefused(deep, "nested too deeply");
        int count = 2_000_000;
        MessagePackBytes wide =
                new MessagePackBytes().codes(0x81).text("a").codes(0xdd).bigEndian(count, 4);
        for (int i = 0; i < count; i++) {
            wide.codes(0xc0);
        }
        assertRefused(wide, "too many entries");
    }

    private static MessagePackBytes array(String type, long[] shape, byte[] content) {
        return new MessagePackBytes().codes(0x81).text("a").array(1, type, shape, content);
    }

    private Checkpoint read(MessagePackBytes content) throws IOException {
        return read(content.bytes());
    }

    private Checkpoint read(byte[] content) throws IOException {
        return Checkpoint.read(Files.write(directory.resolve("checkpoint_1"), content));
    }

    private void assertRefused(MessagePackBytes content, String reason) throws IOException {
        assertRefused(content.bytes(), reason);
    }

    private void assertRefused(byte[] content, String reason) throws IOException {
        Path file = Files.write(directory.resolve("refused"), content);
        assertThatThrownBy(() -> Checkpoint.read(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(reason)
                .message()
                .hasLineCount(1);
    }
}
