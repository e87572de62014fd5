package org.bcm4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * A damaged or hostile file is refused with a {@link UserException}, or read as a sound one would be; never anything
 * else, and at no great cost.
 */
class CheckpointDamageTest {
    private static final long MAX_HEAP_BYTES = 64L << 20;
    private static final long MAX_NANOSECONDS = 20_000_000_000L;
    private static final int MAX_NUMBERS_LOOKED_AT = 1 << 16;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Path FILE = temporaryFile();

    /** Kinds of sound files; in the first, damage is done to the pickle and then sealed with right checksums. */
    enum Format {
        PICKLE {
            @Override
            byte[] sound() {
                return pickle();
            }

            @Override
            byte[] file(byte[] content) {
                return archive(content);
            }
        },
        ARCHIVE {
            @Override
            byte[] sound() {
                return archive(pickle());
            }
        },
        LEGACY {
            @Override
            byte[] sound() {
                return TorchBytes.legacy(pickle(), Map.of("0", new float[12]));
            }
        },
        FLAX {
            @Override
            byte[] sound() {
                return flax();
            }
        };

        abstract byte[] sound();

        byte[] file(byte[] content) {
            return content;
        }
    }

    /** A change to some bytes; positions count modulo the length. */
    sealed interface Corruption {
        byte[] apply(byte[] content);

        record Flip(int position, int bit) implements Corruption {
            @Override
            public byte[] apply(byte[] content) {
                content[position % content.length] ^= (byte) (1 << bit);
                return content;
            }
        }

        record Cut(int length) implements Corruption {
            @Override
            public byte[] apply(byte[] content) {
                return Arrays.copyOf(content, 1 + length % content.length);
            }
        }

        /** A number where another stood, most often a length. */
        record Claim(int position, long number, boolean wide, boolean bigEndian) implements Corruption {
            @Override
            public byte[] apply(byte[] content) {
                ByteBuffer bytes =
                        ByteBuffer.wrap(content).order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
                if (content.length >= Long.BYTES) {
                    int place = position % (content.length - Long.BYTES + 1);
                    if (wide) {
                        bytes.putLong(place, number);
                    } else {
                        bytes.putInt(place, (int) number);
                    }
                }
                return content;
            }
        }
    }

    /** Otherwise all would be refused, and nothing proved; and libtorch is loaded, which takes time and heap once. */
    @BeforeContainer
    static void soundOnesAreRead() throws IOException {
        for (Format format : Format.values()) {
            Files.write(FILE, format.file(format.sound()));
            try (Scope scope = Scope.open()) {
                assertThat(Checkpoint.read(FILE).tensors()).hasSizeGreaterThan(2);
            }
        }
    }

    @Provide
    Arbitrary<Corruption> damages() {
        Arbitrary<Integer> positions =
                Arbitraries.integers().between(0, 10_000).withDistribution(RandomDistribution.uniform());
        Arbitrary<Long> numbers = Arbitraries.oneOf(
                Arbitraries.of(-1L, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 31, 1L << 32, 1L << 40, 0x7fffffffL),
                Arbitraries.longs());
        return Arbitraries.frequencyOf(
                Tuple.of(
                        5,
                        Combinators.combine(positions, Arbitraries.integers().between(0, 7))
                                .as(Corruption.Flip::new)),
                Tuple.of(1, positions.map(Corruption.Cut::new)),
                Tuple.of(
                        4,
                        Combinators.combine(
                                        positions, numbers, Arbitraries.of(true, false), Arbitraries.of(true, false))
                                .as(Corruption.Claim::new)));
    }

    @Property(tries = 10_000)
    void isRefusedOrRead(
            @ForAll Format format, @ForAll @Size(min = 1, max = 3) List<@From("damages") Corruption> damages)
            throws IOException {
        byte[] content = format.sound();
        for (Corruption damage : damages) {
            content = damage.apply(content);
        }
        Files.write(FILE, format.file(content));
        long heap = THREADS.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        readOrRefuse();
        assertThat(System.nanoTime() - start).as("nanoseconds").isLessThan(MAX_NANOSECONDS);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - heap)
                .as("bytes of heap")
                .isLessThan(MAX_HEAP_BYTES);
    }

    @AfterContainer
    static void deleteFile() throws IOException {
        Files.delete(FILE);
    }

    private static void readOrRefuse() throws IOException {
        try (Scope scope = Scope.open()) {
            long allowance = Container.allowance(Files.size(FILE));
            for (Tensor tensor : Checkpoint.read(FILE).tensors().values()) {
                assertThat(tensor.nbytes()).isLessThanOrEqualTo(allowance);
                if (tensor.numel() < MAX_NUMBERS_LOOKED_AT) {
                    assertThat(HostTensors.doubles(tensor)).hasSize((int) tensor.numel());
                }
            }
        } catch (UserException e) {
            assertThat(e).hasMessageStartingWith(FILE.toString());
            assertThat(e).message().hasLineCount(1);
        }
    }

    private static byte[] pickle() {
        return new PickleBytes()
                .codes('}', '(')
                .text("state_dict")
                .codes('}', '(')
                .text("w")
                .tensor("0", 12, 0, new long[] {3, 4}, new long[] {4, 1})
                .text("t")
                .tensor("0", 12, 0, new long[] {4, 3}, new long[] {1, 4})
                .codes('u')
                .text("list")
                .codes(']', 'q', 1, '(', 'K', 1, 0x88, 'G', 0, 0, 0, 0, 0, 0, 0, 0)
                .tensor("0", 12, 11, new long[] {}, new long[] {})
                .codes('e')
                .text("again")
                .codes('h', 1, 'N', 0x86, 'u')
                .end();
    }

    private static byte[] archive(byte[] pickle) {
        return TorchBytes.archive(pickle, Map.of("0", TorchBytes.littleEndian(new float[12])));
    }

    private static byte[] flax() {
        return new MessagePackBytes()
                .codes(0x83)
                .text("params")
                .codes(0x82)
                .text("kernel")
                .array(1, "float32", new long[] {2, 2}, TorchBytes.littleEndian(1, 2, 3, 4))
                .text("bias")
                .array(1, "bfloat16", new long[] {2}, new byte[4])
                .text("large")
                .codes(0x83)
                .text("__msgpack_chunked_array__")
                .codes(0xc3)
                .text("shape")
                .codes(0x81)
                .text("0")
                .codes(3)
                .text("chunks")
                .codes(0x82)
                .text("0")
                .array(1, "int8", new long[] {2}, new byte[2])
                .text("1")
                .array(1, "int8", new long[] {1}, new byte[1])
                .text("step")
                .codes(0xd3)
                .bigEndian(7, 8)
                .bytes();
    }

    private static Path temporaryFile() {
        try {
            return Files.createTempFile("damage", ".pt");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
