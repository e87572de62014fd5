package org.bcm4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URISyntaxException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Files that PyTorch wrote, sound, damaged and malicious, and what is to be found in them: {@code pt_quirks/README.md}. */
class TorchFixturesTest {
    private static final Path FOLDER = folder();

    /** Each file that is to be refused, and words of the reason. */
    private static final Map<String, String> REFUSED = Map.ofEntries(
            Map.entry("89_bad_crc.pt", "the checksum of entry 'data/0' does not match"),
            Map.entry("90_malicious_system.pt", "it asks for 'posix.system'"),
            Map.entry("91_malicious_eval.pt", "it asks for '__builtin__.eval'"),
            Map.entry("92_malicious_legacy.pt", "it asks for 'posix.system'"),
            Map.entry("93_malicious_raw_pickle.pt", "it asks for 'posix.system'"),
            Map.entry("94_malicious_proto4.pt", "it asks for 'posix.system'"),
            Map.entry(
                    "95_whole_module.pt",
                    "it does not hold tensors, but an object of 'torch.nn.modules.container.Sequential'"),
            Map.entry("96_truncated.pt", "it ends too early or is damaged"),
            Map.entry("97_short_storage.pt", "entry 'data/0' has 132 bytes and should have 140"),
            Map.entry("98_missing_storage.pt", "entry 'data/1' is missing"),
            Map.entry("99_offset_out_of_range.pt", "reaches element 44 of storage '0', which has 35"),
            Map.entry("st_bad_header_len.safetensors", "its header claims"),
            Map.entry("st_bad_truncated.safetensors", "lies outside the file"),
            Map.entry("st_bad_offsets.safetensors", "lies outside the file"),
            Map.entry("st_bad_shape.safetensors", "needs"));

    private static Path folder() {
        try {
            return Path.of(Objects.requireNonNull(TorchFixturesTest.class.getResource("pt_quirks"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    static Stream<Arguments> sound() {
        return config().path("files").properties().stream()
                .filter(file -> file.getValue().path("expect").asString("").startsWith("load"))
                .filter(file -> !REFUSED.containsKey(file.getKey() + ".pt"))
                .map(file -> Arguments.of(file.getKey(), file.getValue().path("scalars")));
    }

    static Stream<String> refused() {
        return REFUSED.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("sound")
    void readsWhatTheWriterSaw(String name, JsonNode scalars) {
        try (Scope scope = Scope.open()) {
            Checkpoint checkpoint = Checkpoint.read(FOLDER.resolve(name + ".pt"));
            Map<String, Tensor> expected = Safetensors.read(FOLDER.resolve(name + ".expected.safetensors"))
                    .tensors();
            assertThat(checkpoint.tensors()).containsOnlyKeys(expected.keySet());
            expected.forEach((path, tensor) -> assertSame(path, checkpoint.tensor(path), tensor));
            Map<String, Object> expectedScalars = new LinkedHashMap<>();
            flatten("", scalars, expectedScalars);
            assertThat(checkpoint.scalars()).containsAllEntriesOf(expectedScalars);
        }
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesTheRestAndRunsNothing(String name) {
        Path file = FOLDER.resolve(name);
        assertThat(traces()).isEmpty();
        assertThatThrownBy(() -> Checkpoint.read(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(REFUSED.get(name))
                .message()
                .hasLineCount(1);
        assertThat(traces()).isEmpty();
    }

    @Test
    void everyFileIsLoadedOrRefused() throws IOException {
        List<String> covered = new ArrayList<>(REFUSED.keySet());
        sound().forEach(arguments -> covered.add(arguments.get()[0] + ".pt"));
        covered.add("st_ok.safetensors");
        try (Stream<Path> files = Files.list(FOLDER)) {
            List<String> present = files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith(".expected.safetensors") && !name.matches("config.json|README.md"))
                    .toList();
            assertThat(covered).containsExactlyInAnyOrderElementsOf(present);
        }
    }

    @Test
    void readsSafetensors() {
        Path file = FOLDER.resolve("st_ok.safetensors");
        try (Scope scope = Scope.open()) {
            Checkpoint checkpoint = Checkpoint.read(file);
            Map<String, Tensor> expected = Safetensors.read(file).tensors();
            assertThat(checkpoint.tensors()).isNotEmpty().containsOnlyKeys(expected.keySet());
            expected.forEach((path, tensor) -> assertSame(path, checkpoint.tensor(path), tensor));
            assertThat(checkpoint.scalars()).containsEntry("format", "pt");
        }
    }

    /** What the malicious files would leave behind. */
    private static List<Path> traces() {
        String folder = System.getenv().getOrDefault("TMPDIR", "/tmp");
        return Stream.of(Path.of("/tmp/pwned"), Path.of(folder, "pwned"), Path.of("pwned"))
                .filter(Files::exists)
                .toList();
    }

    private static void assertSame(String path, Tensor actual, Tensor expected) {
        assertThat(actual.scalar_type().value).as(path).isEqualTo(expected.scalar_type().value);
        assertThat(actual.shape()).as(path).isEqualTo(expected.shape());
        assertThat(bytes(actual)).as(path).isEqualTo(bytes(expected));
    }

    private static byte[] bytes(Tensor tensor) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            HostTensors.write(Channels.newChannel(out), tensor);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    /** The config's scalars by path; it writes whole numbers of more than 64 bits as text. */
    private static void flatten(String path, JsonNode value, Map<String, Object> result) {
        String prefix = path.isEmpty() ? "" : path + "/";
        if (value.isObject()) {
            value.properties().forEach(entry -> flatten(prefix + entry.getKey(), entry.getValue(), result));
        } else if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                flatten(prefix + i, value.path(i), result);
            }
        } else if (value.isString() && value.asString().matches("[0-9]{19,}")) {
            result.put(path, new BigInteger(value.asString()));
        } else if (value.isString() && !value.asString().equals("<tensor>")) {
            result.put(path, value.asString());
        } else if (value.isIntegralNumber()) {
            result.put(path, value.longValue());
        } else if (value.isNumber()) {
            result.put(path, value.doubleValue());
        } else if (value.isBoolean()) {
            result.put(path, value.booleanValue());
        }
    }

    private static JsonNode config() {
        try {
            return JsonMapper.builder().build().readTree(Files.readString(FOLDER.resolve("config.json")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
