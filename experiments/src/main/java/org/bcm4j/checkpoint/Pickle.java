package org.bcm4j.checkpoint;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bcm4j.tensor.ElementType;

/**
 * Reads Python's pickles as data. A pickle is a program for a stack machine that can import and call anything. This
 * machine knows only the instructions that PyTorch writes (protocol 2, and their replacements in later protocols) and
 * calls only what {@link TorchVocabulary} lists. It ignores objects of other classes. Every length is checked against
 * the available bytes before use, so memory and time are bounded by the size of the pickle and by
 * {@link #MAX_INSTRUCTIONS}.
 */
final class Pickle {
    /** Far more than the names and shapes of a large network and its optimiser need. */
    static final int MAX_BYTES = 1 << 26;

    /** PyTorch uses about 30 instructions per tensor. */
    private static final int MAX_INSTRUCTIONS = 1 << 21;

    private static final int MAX_PROTOCOL = 5;
    private static final int MAX_NAME_BYTES = 256;

    private final ByteBuffer in;
    private final List<Object> stack = new ArrayList<>();

    /** Sizes of the stack at the marks, latest first. Nothing below the latest mark is accessible. */
    private final Deque<Integer> marks = new ArrayDeque<>();

    private final Map<Integer, Object> memo = new HashMap<>();
    private final Map<String, Storage> storages = new HashMap<>();

    Pickle(ByteBuffer in) {
        this.in = in.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads the pickle at {@link #position} to its end.
     *
     * @return the values of {@link Container#tree}, or anything else that the machine knows
     * @throws RefusedException if the pickle is damaged or requests more than data
     */
    Object read() {
        stack.clear();
        marks.clear();
        memo.clear();
        try {
            for (int count = 0; count < MAX_INSTRUCTIONS; count++) {
                int instruction = unsignedByte();
                if (instruction == '.') { // STOP
                    return root(pop());
                }
                if (!pushValue(instruction) && !collect(instruction) && !refer(instruction)) {
                    throw RefusedException.unsupported(
                            "its pickle uses instruction 0x" + Integer.toHexString(instruction));
                }
            }
        } catch (BufferUnderflowException e) {
            throw RefusedException.damaged("its pickle ends too early");
        }
        throw RefusedException.unsupported("its pickle has more than " + MAX_INSTRUCTIONS + " instructions");
    }

    private static Object root(Object value) {
        if (value instanceof Foreign foreign) {
            throw foreign.refusal();
        }
        return value;
    }

    /** The position of the next pickle, in bytes. */
    int position() {
        return in.position();
    }

    /** The storages named by the pickles read so far. */
    Map<String, Storage> storages() {
        return storages;
    }

    /** None, truth values, numbers, text and bytes, and instructions without effect. */
    private boolean pushValue(int instruction) {
        switch (instruction) {
            case 0x80 -> checkProtocol(unsignedByte()); // PROTO
            case 0x95 -> skip(Long.BYTES); // FRAME
            case 'N' -> stack.add(Blank.NONE);
            case 0x88 -> stack.add(true); // NEWTRUE
            case 0x89 -> stack.add(false); // NEWFALSE
            case 'K' -> stack.add((long) unsignedByte()); // BININT1
            case 'M' -> stack.add((long) Short.toUnsignedInt(in.getShort())); // BININT2
            case 'J' -> stack.add((long) in.getInt()); // BININT
            case 0x8a -> stack.add(integer(bytes(unsignedByte()))); // LONG1
            case 'G' -> stack.add(Double.longBitsToDouble(Long.reverseBytes(in.getLong()))); // BINFLOAT
            case 'X' -> stack.add(text(unsignedInt(), StandardCharsets.UTF_8)); // BINUNICODE
            case 0x8c -> stack.add(text(unsignedByte(), StandardCharsets.UTF_8)); // SHORT_BINUNICODE
            case 0x8d -> stack.add(text(in.getLong(), StandardCharsets.UTF_8)); // BINUNICODE8
            // Text of Python 2.
            case 'T' -> stack.add(text(unsignedInt(), StandardCharsets.ISO_8859_1)); // BINSTRING
            case 'U' -> stack.add(text(unsignedByte(), StandardCharsets.ISO_8859_1)); // SHORT_BINSTRING
            case 'B' -> pushOpaque(unsignedInt()); // BINBYTES
            case 'C' -> pushOpaque(unsignedByte()); // SHORT_BINBYTES
            case 0x8e, 0x96 -> pushOpaque(in.getLong()); // BINBYTES8, BYTEARRAY8
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Lists, tuples, sets and dictionaries. */
    private boolean collect(int instruction) {
        switch (instruction) {
            case '(' -> marks.push(stack.size()); // MARK
            case ')', ']', 0x8f -> stack.add(new Sequence(List.of())); // EMPTY_TUPLE, EMPTY_LIST, EMPTY_SET
            case 't', 0x91 -> stack.add(new Sequence(popToMark())); // TUPLE, FROZENSET
            case 0x85 -> stack.add(new Sequence(pop(1))); // TUPLE1
            case 0x86 -> stack.add(new Sequence(pop(2))); // TUPLE2
            case 0x87 -> stack.add(new Sequence(pop(3))); // TUPLE3
            case 'a' -> append(pop(1)); // APPEND
            case 'e', 0x90 -> append(popToMark()); // APPENDS, ADDITEMS
            case '}' -> stack.add(new Dictionary()); // EMPTY_DICT
            case 's' -> setItems(pop(2)); // SETITEM
            case 'u' -> setItems(popToMark()); // SETITEMS
            default -> {
                return false;
            }
        }
        return true;
    }

    /** The memo, names, calls and storages. */
    private boolean refer(int instruction) {
        switch (instruction) {
            case 'q' -> memo.put(unsignedByte(), peek()); // BINPUT
            case 'r' -> memo.put(in.getInt(), peek()); // LONG_BINPUT
            case 0x94 -> memo.put(memo.size(), peek()); // MEMOIZE
            case 'h' -> recall(unsignedByte()); // BINGET
            case 'j' -> recall(in.getInt()); // LONG_BINGET
            case 'c' -> stack.add(TorchVocabulary.named(line(), line())); // GLOBAL
            case 0x93 -> { // STACK_GLOBAL
                String name = pop(String.class);
                stack.add(TorchVocabulary.named(pop(String.class), name));
            }
            case 'R' -> { // REDUCE
                Sequence arguments = pop(Sequence.class);
                stack.add(TorchVocabulary.call(pop(TorchVocabulary.Function.class), arguments));
            }
            case 0x81 -> newObject(pop(2)); // NEWOBJ: a class and its arguments
            case 0x92 -> newObject(pop(3)); // NEWOBJ_EX: named arguments too
            case 'b' -> { // BUILD
                // The attributes of an OrderedDict, which describe modules and not tensors, or of an ignored object.
                Object state = pop();
                if (peek() instanceof ForeignObject object) {
                    object.restore(state);
                } else {
                    as(Dictionary.class, peek());
                }
            }
            case 'Q' -> stack.add(storage(pop(Sequence.class).items())); // BINPERSID
            default -> {
                return false;
            }
        }
        return true;
    }

    private Storage storage(List<Object> id) {
        if (id.size() < 5 || !id.get(0).equals("storage")) {
            throw RefusedException.damaged("its pickle names a storage in an unknown way");
        }
        if (id.size() > 5 && id.get(5) != Blank.NONE) {
            throw RefusedException.unsupported("it was written by a PyTorch that is too old");
        }
        Storage storage =
                new Storage(as(String.class, id.get(2)), as(ElementType.class, id.get(1)), as(Long.class, id.get(4)));
        Storage known = storages.putIfAbsent(storage.key(), storage);
        if (known != null && !known.equals(storage)) {
            throw RefusedException.damaged(
                    "storage " + RefusedException.quoted(storage.key()) + " is described in two ways");
        }
        return storage;
    }

    /**
     * Creates an object. Objects of unknown classes are not called: only Python could create them, and they are not
     * needed here.
     */
    private void newObject(List<Object> classAndArguments) {
        Object type = classAndArguments.get(0);
        stack.add(
                type instanceof TorchVocabulary.Function known
                        ? TorchVocabulary.call(known, as(Sequence.class, classAndArguments.get(1)))
                        : new ForeignObject(as(Foreign.class, type).name()));
    }

    private void append(List<Object> items) {
        if (peek() instanceof ForeignObject) {
            return; // some kind of list
        }
        Sequence sequence = as(Sequence.class, peek());
        items.forEach(sequence::add);
    }

    private void setItems(List<Object> keysAndValues) {
        Dictionary dictionary =
                peek() instanceof ForeignObject object ? object.entries() : as(Dictionary.class, peek());
        if (keysAndValues.size() % 2 != 0) {
            throw RefusedException.damaged("its pickle sets a key without a value");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            dictionary.put(keysAndValues.get(i), keysAndValues.get(i + 1));
        }
    }

    private void recall(int index) {
        Object value = memo.get(index);
        if (value == null) {
            throw RefusedException.damaged("its pickle recalls what it never stored");
        }
        stack.add(value);
    }

    private void pushOpaque(long length) {
        skip(length);
        stack.add(Blank.OPAQUE);
    }

    private <T> T pop(Class<T> type) {
        return as(type, pop());
    }

    private Object pop() {
        return pop(1).get(0);
    }

    private List<Object> pop(int count) {
        return popFrom(stack.size() - count);
    }

    private List<Object> popToMark() {
        if (marks.isEmpty()) {
            throw underflow();
        }
        return popFrom(marks.pop());
    }

    private List<Object> popFrom(int index) {
        if (index < floor()) {
            throw underflow();
        }
        List<Object> top = stack.subList(index, stack.size());
        List<Object> values = List.copyOf(top);
        top.clear();
        return values;
    }

    private Object peek() {
        if (stack.size() <= floor()) {
            throw underflow();
        }
        return stack.get(stack.size() - 1);
    }

    private int floor() {
        return marks.isEmpty() ? 0 : marks.getFirst();
    }

    private static <T> T as(Class<T> type, Object value) {
        if (value instanceof Foreign foreign && type != Foreign.class) {
            throw foreign.refusal();
        }
        if (!type.isInstance(value)) {
            throw RefusedException.damaged(
                    "its pickle uses a " + value.getClass().getSimpleName() + " as a " + type.getSimpleName());
        }
        return type.cast(value);
    }

    private static RefusedException underflow() {
        return RefusedException.damaged("its pickle takes from an empty stack");
    }

    private static void checkProtocol(int protocol) {
        if (protocol > MAX_PROTOCOL) {
            throw RefusedException.unsupported("its pickle is of protocol " + protocol);
        }
    }

    /** Little-endian two's complement, as a Long if it fits. */
    private static Object integer(byte[] littleEndian) {
        if (littleEndian.length == 0) {
            return 0L;
        }
        byte[] bigEndian = new byte[littleEndian.length];
        for (int i = 0; i < bigEndian.length; i++) {
            bigEndian[i] = littleEndian[bigEndian.length - 1 - i];
        }
        BigInteger value = new BigInteger(bigEndian);
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    private int unsignedByte() {
        return Byte.toUnsignedInt(in.get());
    }

    private long unsignedInt() {
        return Integer.toUnsignedLong(in.getInt());
    }

    private String text(long length, Charset charset) {
        return new String(bytes(length), charset);
    }

    private byte[] bytes(long length) {
        byte[] bytes = new byte[checked(length)];
        in.get(bytes);
        return bytes;
    }

    private void skip(long length) {
        in.position(in.position() + checked(length));
    }

    private int checked(long length) {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        return (int) length;
    }

    private String line() {
        int start = in.position();
        for (int length = 0; length < MAX_NAME_BYTES; length++) {
            if (in.get() == '\n') {
                byte[] name = new byte[length];
                in.get(start, name);
                return new String(name, StandardCharsets.UTF_8);
            }
        }
        throw RefusedException.damaged("its pickle has a name of more than " + MAX_NAME_BYTES + " bytes");
    }
}
