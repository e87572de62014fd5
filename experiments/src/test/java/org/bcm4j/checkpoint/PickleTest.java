package org.bcm4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bcm4j.tensor.ElementType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The machine that reads pickles: what it understands, and that it does nothing else. */
class PickleTest {
    /** Instructions that are read; all others import, call or build objects, or are of protocols 0 and 1. */
    private static final String UNDERSTOOD = ".NKMJGXTUBC()]tae}suqrhjcRbQ";

    private static final List<Integer> UNDERSTOOD_SINCE_PROTOCOL_2 = List.of(
            0x80, 0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95,
            0x96);

    @Test
    void readsNumbersAndText() {
        byte[] pickle = new PickleBytes()
                .codes('(', 'N', 0x88, 0x89)
                .codes('K', 255, 'M', 0xff, 0xff)
                .codes('J')
                .littleEndian(-7, 4)
                .codes(0x8a, 0, 0x8a, 1, 0x80, 0x8a, 9, 1, 0, 0, 0, 0, 0, 0, 0, 1)
                .codes('G', 0xc0, 0x04, 0, 0, 0, 0, 0, 0)
                .text("é中😀")
                .codes('U', 1, 0xe9, 'T', 1, 0, 0, 0, 'a', 0x8c, 1, 'b', 0x8d, 1, 0, 0, 0, 0, 0, 0, 0, 'c')
                .codes('C', 1, 0, 'B', 1, 0, 0, 0, 0, 0x8e, 0, 0, 0, 0, 0, 0, 0, 0, 't')
                .end();
        assertThat(((Sequence) read(pickle)).items())
                .containsExactly(
                        Blank.NONE,
                        true,
                        false,
                        255L,
                        65535L,
                        -7L,
                        0L,
                        -128L,
                        BigInteger.ONE.shiftLeft(64).add(BigInteger.ONE),
                        -2.5,
                        "é中😀",
                        "é",
                        "a",
                        "b",
                        "c",
                        Blank.OPAQUE,
                        Blank.OPAQUE,
                        Blank.OPAQUE);
    }

    @Test
    void readsCollectionsAndTheMemo() {
        byte[] pickle = new PickleBytes()
                .codes(0x95, 0, 0, 0, 0, 0, 0, 0, 0)
                .codes('}', 0x94, '(')
                .text("list")
                .codes(']', 'q', 7, 'K', 1, 'a', '(', 'K', 2, 'K', 3, 'e')
                .number(5)
                .codes('h', 7, 0x8f, '(', 'K', 9, 0x90, 0x86, 'r', 0, 1, 0, 0, 'u')
                .text("again")
                .codes('j', 0, 1, 0, 0, 's')
                .end();
        Dictionary dictionary = (Dictionary) read(pickle);
        assertThat(dictionary.entries()).containsOnlyKeys("list", "5", "again");
        Sequence list = sequence(dictionary, "list");
        assertThat(list.items()).containsExactly(1L, 2L, 3L);
        Sequence pair = sequence(dictionary, "5");
        assertThat(pair.items().get(0)).isSameAs(list);
        assertThat(((Sequence) pair.items().get(1)).items()).containsExactly(9L);
        assertThat(dictionary.entries().get("again")).isSameAs(pair);
    }

    @Test
    void rebuildsTensorsAsDescriptions() {
        byte[] pickle = new PickleBytes()
                .global("torch._utils", "_rebuild_parameter")
                .codes('(')
                .tensor("7", 12, 2, new long[] {2, 3}, new long[] {5, 1})
                .codes(0x88, 'N', 't', 'R')
                .end();
        assertThat(read(pickle))
                .isEqualTo(
                        new StoredTensor(new Storage("7", ElementType.F32, 12), 2, List.of(2L, 3L), List.of(5L, 1L)));
    }

    @ParameterizedTest
    @CsvSource({
        "os, system",
        "posix, system",
        "builtins, eval",
        "builtins, getattr",
        "__builtin__, exec",
        "torch, load",
        "torch.serialization, load",
        "torch, FloatStorage.__init__",
        "torch._utils, _rebuild_tensor_v2.__globals__",
        "collections, OrderedDict.__reduce__",
        "'', ''"
    })
    void refusesEveryOtherName(String module, String name) {
        String refusal = "it asks for '" + module + "." + name + "'";
        assertRefused(new PickleBytes().global(module, name).end(), refusal);
        byte[] byStack = new PickleBytes().text(module).text(name).codes(0x93).end();
        assertRefused(byStack, refusal);
    }

    static IntStream otherInstructions() {
        return IntStream.range(0, 256)
                .filter(code -> UNDERSTOOD.indexOf(code) < 0 && !UNDERSTOOD_SINCE_PROTOCOL_2.contains(code));
    }

    @ParameterizedTest
    @MethodSource("otherInstructions")
    void refusesEveryOtherInstruction(int code) {
        byte[] pickle = new PickleBytes().codes(']', ']', ']', code).end();
        assertRefused(pickle, "instruction 0x" + Integer.toHexString(code));
    }

    @Test
    void callsNothingButFunctions() {
        assertRefused(
                new PickleBytes()
                        .global("torch", "FloatStorage")
                        .codes(')', 'R')
                        .end(),
                "as a Function");
        assertRefused(new PickleBytes().text("os.system").codes(')', 'R').end(), "as a Function");
        assertRefused(
                new PickleBytes()
                        .global("collections", "OrderedDict")
                        .codes(']', 0x85, 'R')
                        .end(),
                "arguments");
        assertRefused(
                new PickleBytes().global("builtins", "set").codes(')', 'R').end(), "arguments");
        assertRefused(new PickleBytes().codes(']', '}', 'b').end(), "as a Dictionary");
    }

    /** What people keep beside their weights: it is passed over, whatever it says it is. */
    @Test
    void objectsArePassedOverButForTheEntriesOfDictionaries() {
        byte[] pickle = new PickleBytes()
                .codes('}', '(')
                .text("args")
                .global("argparse", "Namespace")
                .codes(')', 0x81, '}')
                .text("lr")
                .codes('K', 1, 's', 'b')
                .text("path")
                .global("pathlib", "PosixPath")
                .codes('(')
                .text("/")
                .text("x")
                .codes('t', 'R')
                .text("best")
                .global("numpy._core.multiarray", "scalar")
                .global("numpy", "dtype")
                .text("f8")
                .codes(0x89, 0x88, 0x87, 'R', '(', 'K', 3, 't', 'b', 'C', 1, 0, 0x86, 'R')
                .text("settings")
                .global("lightning.utilities", "AttributeDict")
                .codes(')', '}', 0x92)
                .text("width")
                .codes('K', 8, 's', '}', 'b')
                .text("counts")
                .global("collections", "defaultdict")
                .global("builtins", "int")
                .codes(0x85, 'R', 'K', 7, 'K', 5, 's')
                .text("queue")
                .global("collections", "deque")
                .codes(')', 'R', '(', 'K', 1, 'K', 2, 'e')
                .text("optimizer")
                .global("torch.optim.adam", "Adam")
                .text("w")
                .tensor("0", 1, 0, new long[] {1}, new long[] {1})
                .text("step")
                .codes('K', 9, 'u')
                .end();
        Leaves leaves = new Leaves(read(pickle));
        assertThat(leaves.scalars())
                .containsExactly(Map.entry("settings/width", 8L), Map.entry("counts/7", 5L), Map.entry("step", 9L));
        assertThat(leaves.tensors()).containsOnlyKeys("w");
    }

    /** A call could do anything; an object that is not made does nothing. */
    @Test
    void nothingForeignIsCalled() {
        for (String name : List.of("system", "Popen", "defaultdict.__init__")) {
            byte[] pickle = new PickleBytes()
                    .codes('}')
                    .text("args")
                    .global("os", name)
                    .text("touch /tmp/x")
                    .codes(0x85, 'R', 's')
                    .end();
            assertRefused(pickle, "it asks for 'os." + name + "'");
        }
        byte[] model = new PickleBytes()
                .global("mine", "Network")
                .codes(')', 0x81, '}', 'b')
                .end();
        assertThatThrownBy(() -> new Leaves(read(model)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("it does not hold tensors, but an object of 'mine.Network', which could be code");
    }

    @Test
    void readsParametersAndTensorsWithAttributes() {
        StoredTensor expected =
                new StoredTensor(new Storage("7", ElementType.F32, 6), 0, List.of(2L, 3L), List.of(3L, 1L));
        byte[] parameter = new PickleBytes()
                .global("torch._utils", "_rebuild_parameter_with_state")
                .codes('(')
                .tensor("7", 6, 0, new long[] {2, 3}, new long[] {3, 1})
                .codes(0x88, 'N', '}')
                .text("tag")
                .codes('K', 1, 's', 't', 'R')
                .end();
        assertThat(read(parameter)).isEqualTo(expected);
        byte[] tensor = new PickleBytes()
                .global("torch._tensor", "_rebuild_from_type_v2")
                .codes('(')
                .global("torch._utils", "_rebuild_tensor_v2")
                .global("torch.nn.parameter", "Parameter")
                .codes('(')
                .storage("Float", "7", 6)
                .number(0)
                .tuple(2, 3)
                .tuple(3, 1)
                .codes(0x89, 'N', 't', '}', 't', 'R')
                .end();
        assertThat(read(tensor)).isEqualTo(expected);
        // Its own argument: no way to go on for ever.
        byte[] endless = new PickleBytes()
                .global("torch._tensor", "_rebuild_from_type_v2")
                .codes('(')
                .global("torch._tensor", "_rebuild_from_type_v2")
                .global("torch", "Tensor")
                .codes(')', '}', 't', 'R')
                .end();
        assertRefused(endless, "unexpected arguments");
        byte[] subclass = new PickleBytes()
                .global("torch._tensor", "_rebuild_from_type_v2")
                .codes('(')
                .global("torch._utils", "_rebuild_tensor_v2")
                .global("mine", "Tensor")
                .codes(')', '}', 't', 'R')
                .end();
        assertRefused(subclass, "it asks for 'mine.Tensor'");
    }

    @Test
    void keepsToItsStack() {
        assertRefused(new PickleBytes().end(), "empty stack");
        assertRefused(new PickleBytes().codes(']', '(', 0x85).end(), "empty stack");
        assertRefused(new PickleBytes().codes(']', '(', 'q', 1).end(), "empty stack");
        assertRefused(new PickleBytes().codes('t').end(), "empty stack");
        assertRefused(new PickleBytes().codes('h', 1).end(), "never stored");
        assertRefused(new PickleBytes().codes('}', '(', 'K', 1, 'u').end(), "without a value");
    }

    @Test
    void believesNoLength() {
        for (long length : new long[] {-1, 3, 1L << 31, 1L << 62}) {
            assertRefused(new PickleBytes().codes(0x8d).littleEndian(length, 8).end(), "too early");
            assertRefused(new PickleBytes().codes(0x8e).littleEndian(length, 8).end(), "too early");
        }
        for (long length : new long[] {-1, 2, 1L << 31}) {
            assertRefused(new PickleBytes().codes('X').littleEndian(length, 4).end(), "too early");
            assertRefused(new PickleBytes().codes('B').littleEndian(length, 4).end(), "too early");
        }
        assertRefused(new PickleBytes().codes('c').text("a".repeat(1000)).end(), "name of more than");
    }

    @Test
    void stopsEndlessPrograms() {
        byte[] pickle = new byte[3 << 20];
        Arrays.fill(pickle, (byte) 'N');
        assertRefused(pickle, "more than 2097152 instructions");
    }

    @Test
    void passesOverWhatIsKeptByNoName() {
        // A tuple, None, an object; and a list that is its own key, which would be hashed for ever.
        byte[] pickle = new PickleBytes()
                .codes('}', '(', ')', 'K', 1, 'N', 'K', 2)
                .global("settings", "Mode")
                .codes(')', 0x81, 'K', 3, ']', 0x94, 'h', 0, 'a', 'N')
                .text("kept")
                .codes('K', 4, 'u')
                .end();
        assertThat(((Dictionary) read(pickle)).entries()).containsExactly(Map.entry("kept", 4L));
        assertRefused(
                new PickleBytes()
                        .codes('}', 'K', 1, 'N', 's')
                        .text("1")
                        .codes('N', 's')
                        .end(),
                "'1' twice");
    }

    @Test
    void refusesTreesWithoutEnd() {
        byte[] itself = new PickleBytes().codes(']', 'q', 0, 'h', 0, 'a').end();
        assertThatThrownBy(() -> new Leaves(read(itself)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("nested too deeply");
        // Sixty lists, each twice in the next: 2^60 paths.
        PickleBytes doubling = new PickleBytes().codes(']');
        for (int i = 0; i < 60; i++) {
            doubling.codes('q', i, 'h', i, 0x86);
        }
        byte[] laughs = doubling.end();
        assertThatThrownBy(() -> new Leaves(read(laughs)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("too many entries");
    }

    @Test
    void refusesPathsOfTwoMeanings() {
        byte[] pickle = new PickleBytes()
                .codes('}', '(')
                .text("a/b")
                .number(1)
                .text("a")
                .codes('}')
                .text("b")
                .number(2)
                .codes('s', 'u')
                .end();
        assertThatThrownBy(() -> new Leaves(read(pickle))).hasMessageContaining("two of its entries are called 'a/b'");
    }

    @Test
    void refusesStoragesOfTwoDescriptions() {
        byte[] sizes = new PickleBytes()
                .storage("Float", "0", 4)
                .storage("Float", "0", 5)
                .end();
        assertRefused(sizes, "storage '0' is described in two ways");
        byte[] types = new PickleBytes()
                .storage("Float", "0", 4)
                .storage("Long", "0", 4)
                .end();
        assertRefused(types, "storage '0' is described in two ways");
        assertRefused(new PickleBytes().storage("Float", "0", 1L << 61).end(), "claims");
        assertRefused(new PickleBytes().storage("Float", "0", -1).end(), "claims");
    }

    private static Sequence sequence(Dictionary dictionary, String key) {
        return (Sequence) Objects.requireNonNull(dictionary.entries().get(key));
    }

    private static Object read(byte[] pickle) {
        return new Pickle(ByteBuffer.wrap(pickle)).read();
    }

    private static void assertRefused(byte[] pickle, String reason) {
        assertThatThrownBy(() -> read(pickle))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(reason)
                .message()
                .hasLineCount(1);
    }
}
