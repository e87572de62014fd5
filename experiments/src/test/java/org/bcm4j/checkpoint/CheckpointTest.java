package org.bcm4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way in, and PyTorch's containers, on files put together here. */
class CheckpointTest {
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

    /** {"model": {"w": [2,3], "t": w transposed, "tied": w}, "step": 7}, over one storage. */
    private static byte[] pickle() {
        return new PickleBytes()
                .codes('}', '(')
                .text("model")
                .codes('}', '(')
                .text("w")
                .tensor("0", 6, 0, new long[] {2, 3}, new long[] {3, 1})
                .text("t")
                .tensor("0", 6, 0, new long[] {3, 2}, new long[] {1, 3})
                .text("tied")
                .tensor("0", 6, 0, new long[] {2, 3}, new long[] {3, 1})
                .codes('u')
                .text("step")
                .number(7)
                .codes('u')
                .end();
    }

    private static byte[] archive() {
        return TorchBytes.archive(pickle(), Map.of("0", TorchBytes.littleEndian(NUMBERS)));
    }

    @Test
    void readsAStorageOnceForAllItsViews() throws IOException {
        Path file = write("model.pt", archive());
        Checkpoint checkpoint = Checkpoint.read(file);
        Files.delete(file);

        assertThat(checkpoint.tensors()).containsOnlyKeys("model/w", "model/t", "model/tied");
        Tensor weight = checkpoint.tensor("model/w");
        Tensor transposed = checkpoint.tensor("model/t");
        assertThat(HostTensors.floats(transposed)).containsExactly(1, 4, 2, 5, 3, 6);
        weight.mul_(scalar(10));
        assertThat(HostTensors.floats(transposed)).containsExactly(10, 40, 20, 50, 30, 60);
        assertThat(checkpoint.tensor("model/tied")).isSameAs(weight);
    }

    @Test
    void narrowsToSections() throws IOException {
        Path file = write("model.pt", archive());
        Checkpoint checkpoint = Checkpoint.read(file);
        assertThat(checkpoint.sections()).containsExactly("model");
        assertThat(checkpoint.scalars()).containsExactly(Map.entry("step", 7L));

        Checkpoint model = checkpoint.section("model");
        assertThat(model.source()).isEqualTo(file + ", model");
        assertThat(model.scalars()).isEmpty();
        assertThat(model.tensors()).containsOnlyKeys("w", "t", "tied");
        assertThat(model.tensor("w")).isSameAs(checkpoint.tensor("model/w"));
        assertThatThrownBy(() -> checkpoint.section("ema"))
                .isInstanceOf(UserException.class)
                .hasMessage(file + " has no section called ema; choose one of [model]");
        assertThatThrownBy(() -> checkpoint.tensor("w"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(file + " has no tensor w");
        assertThatThrownBy(() -> checkpoint.section("mode")).isInstanceOf(UserException.class);
        assertThatThrownBy(() -> checkpoint.tensors().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void textsOfSafetensorsKeepTheirOrder() {
        Map<String, String> texts = new TreeMap<>();
        for (int i = 0; i < 26; i++) {
            texts.put("key " + (char) ('a' + i), "" + i);
        }
        Path file = directory.resolve("model.safetensors");
        Safetensors.write(file, Map.of("w", HostTensors.ofFloats(NUMBERS, NUMBERS.length)), texts);
        assertThat(Checkpoint.read(file).scalars().keySet()).containsExactlyElementsOf(texts.keySet());
    }

    @Test
    void readsTheLegacyFormat() throws IOException {
        byte[] content = TorchBytes.legacy(pickle(), Map.of("0", NUMBERS));
        Checkpoint checkpoint = Checkpoint.read(write("model.pt", content));
        assertThat(HostTensors.floats(checkpoint.tensor("model/t"))).containsExactly(1, 4, 2, 5, 3, 6);

        byte[] longer = Arrays.copyOf(content, content.length + 3);
        assertRefused(longer, "3 bytes follow its last storage");
        assertRefused(Arrays.copyOf(content, content.length - 1), "or is cut off");
        assertRefused(TorchBytes.legacy(pickle(), Map.of("0", new float[5])), "has 5 numbers");
        assertRefused(TorchBytes.legacy(pickle(), Map.of()), "storage '0' is missing");
        assertRefused(TorchBytes.legacy(pickle(), Map.of("1", NUMBERS)), "a storage that no tensor uses");
        assertRefused(
                TorchBytes.legacy(new PickleBytes().codes('}').end(), Map.of("0", NUMBERS)), "that no tensor uses");
        assertRefused(new PickleBytes().text("just a pickle").end(), "a pickle, but not one of PyTorch's");
    }

    @Test
    void readsArchivesThatWerePackedAgain() throws IOException {
        byte[] content = TorchBytes.zip(ZipEntry.DEFLATED, entries(pickle(), TorchBytes.littleEndian(NUMBERS)));
        Checkpoint checkpoint = Checkpoint.read(write("model.pt", content));
        assertThat(HostTensors.floats(checkpoint.tensor("model/w"))).containsExactly(NUMBERS);
    }

    @Test
    void refusesArchivesThatUnpackTooFar() throws IOException {
        int numbers = 20_000_000;
        byte[] pickle = new PickleBytes()
                .codes('}')
                .text("w")
                .tensor("0", numbers, 0, new long[] {1}, new long[] {1})
                .codes('s')
                .end();
        byte[] content = TorchBytes.zip(ZipEntry.DEFLATED, entries(pickle, new byte[4 * numbers]));
        assertThat(content).hasSizeLessThan(100_000);
        assertRefused(content, "entry 'data/0' claims 80000000 bytes");
    }

    @Test
    void refusesTensorsThatExpandTooFar() throws IOException {
        byte[] pickle = new PickleBytes()
                .codes('}')
                .text("w")
                .tensor("0", 1, 0, new long[] {1 << 20, 1 << 20}, new long[] {0, 0})
                .codes('s')
                .end();
        byte[] content = TorchBytes.archive(pickle, Map.of("0", new byte[4]));
        assertRefused(content, "tensor 'w' of shape [1048576, 1048576] is too large for a file of this size");
    }

    /** As PyTorch writes when it is told to compute no checksums. */
    @Test
    void readsArchivesWithoutChecksums() throws IOException {
        byte[] archive = TorchBytes.archive(pickle(), Map.of("0", TorchBytes.littleEndian(NUMBERS)));
        Checkpoint checked = Checkpoint.read(write("checked.pt", archive));
        ByteBuffer bytes = ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i + 4 <= archive.length; i++) {
            int signature = bytes.getInt(i);
            if (signature == 0x04034b50 || signature == 0x02014b50) { // local and central headers
                bytes.putInt(i + (signature == 0x04034b50 ? 14 : 16), 0);
            }
        }
        Checkpoint unchecked = Checkpoint.read(write("unchecked.pt", archive));
        assertThat(unchecked.tensors()).hasSameSizeAs(checked.tensors());
        checked.tensors()
                .forEach((name, tensor) ->
                        assertThat(unchecked.tensor(name).equal(tensor)).isTrue());
    }

    @Test
    void refusesOtherArchives() throws IOException {
        assertRefused(TorchBytes.zip(ZipEntry.STORED, Map.of("array.npy", new byte[3])), "0 entries called data.pkl");
        Map<String, byte[]> two = Map.of("a/data.pkl", pickle(), "b/data.pkl", pickle());
        assertRefused(TorchBytes.zip(ZipEntry.STORED, two), "2 entries called data.pkl");
        Map<String, byte[]> bigEndian = entries(pickle(), TorchBytes.littleEndian(NUMBERS));
        bigEndian.put("archive/byteorder", "big".getBytes(StandardCharsets.UTF_8));
        assertRefused(TorchBytes.zip(ZipEntry.STORED, bigEndian), "its byte order is 'big'");
        assertRefused(
                TorchBytes.archive(new PickleBytes().text("x").end(), Map.of()), "neither a dictionary nor a list");
    }

    @Test
    void refusesWhatIsNoCheckpoint() throws IOException {
        assertRefused("GIF89a, a picture".getBytes(StandardCharsets.UTF_8), "is not a file of PyTorch");
        assertRefused(new byte[0], "ends too early");
        assertRefused(new byte[] {'P', 'K', 3, 4, 0}, "ends too early");
        Path absent = directory.resolve("absent.pt");
        assertThatThrownBy(() -> Checkpoint.read(absent))
                .isInstanceOf(UserException.class)
                .hasMessage("cannot read " + absent + ": no such file; check the path");
        assertThatThrownBy(() -> Checkpoint.read(directory))
                .isInstanceOf(UserException.class)
                .hasMessage("cannot read " + directory + ": it is a directory; name a file");
    }

    private static Map<String, byte[]> entries(byte[] pickle, byte[] storage) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", pickle);
        entries.put("archive/data/0", storage);
        return entries;
    }

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content);
    }

    private void assertRefused(byte[] content, String reason) throws IOException {
        Path file = write("refused.pt", content);
        assertThatThrownBy(() -> Checkpoint.read(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(reason)
                .message()
                .hasLineCount(1);
    }
}
