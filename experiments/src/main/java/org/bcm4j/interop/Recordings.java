package org.bcm4j.interop;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Safetensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The tensors of a file of recordings. Each is checked before the network uses it, because libtorch's own errors name
 * no file.
 */
final class Recordings {
    private static final String VALUES = "act/";
    private static final String SUMMARIES = "act_stats/";

    private final Path file;
    private final Device device;
    private final Map<String, Tensor> tensors;

    /**
     * @throws UserException if the file is no valid safetensors file. All methods throw it if a tensor is not as
     *     required
     */
    Recordings(Path file, Device device) {
        this.file = file;
        this.device = device;
        this.tensors = Safetensors.read(file).tensors();
    }

    /**
     * The prefix of each case's names, {@code CASE/} or empty, found by the name of the case's input. There is at least
     * one.
     */
    List<String> prefixes(String input) {
        List<String> prefixes = tensors.keySet().stream()
                .filter(name -> name.equals(input) || name.endsWith("/" + input))
                .map(name -> name.substring(0, name.length() - input.length()))
                .toList();
        if (prefixes.isEmpty()) {
            throw refusal("has no case: no tensor is called \"" + input + "\" or \"CASE/" + input + "\"");
        }
        return prefixes;
    }

    boolean has(String name) {
        return tensors.containsKey(name);
    }

    /** The names that begin with {@code prefix}, without the prefix. */
    List<String> below(String prefix) {
        return tensors.keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .toList();
    }

    /** A recorded tensor, on the device of the check. */
    Tensor tensor(String name) {
        return device.move(named(name));
    }

    /** A recorded tensor, if it exists. */
    Optional<Tensor> optional(String name) {
        return has(name) ? Optional.of(tensor(name)) : Optional.empty();
    }

    /** The expected value of {@code actual}, with the same shape. */
    Tensor like(String name, Tensor actual) {
        return device.move(shaped(name, named(name), actual.shape()));
    }

    void require(boolean condition, String fault) {
        if (!condition) {
            throw refusal(fault);
        }
    }

    /** An input, float32 [B,C,H,W] of the network's size. */
    Tensor points(NetworkConfig network, String name) {
        Tensor points = named(name);
        return images(network, name, points.dim() == 0 ? 1 : points.size(0));
    }

    /** Images, float32 [count,C,H,W] of the network's size. */
    Tensor images(NetworkConfig network, String name, long count) {
        int size = network.imageSize();
        return device.move(shaped(name, named(name), count, network.imageChannels(), size, size)
                .to(torch.ScalarType.Float));
    }

    /** Noise scales, float32 [count], positive. */
    Tensor times(String name, long count) {
        Tensor times = shaped(name, named(name), count);
        if (Arrays.stream(HostTensors.doubles(times)).anyMatch(time -> !(time > 0) || Double.isInfinite(time))) {
            throw refusal("tensor \"" + name + "\" must hold positive noise scales");
        }
        return device.move(times.to(torch.ScalarType.Float));
    }

    /** Noise scales exp(4·c), float32 [count], from the recorded c, which are ¼·ln of noise scales. */
    Tensor timesOfQuarterLogs(String name, long count) {
        double[] logs = HostTensors.doubles(shaped(name, named(name), count));
        return device.floats(
                Arrays.stream(logs).map(quarter -> Math.exp(4 * quarter)).toArray());
    }

    /** The same noise scale for every image, float32 [count]. */
    Tensor time(double scale, long count) {
        return device.full(scale, count);
    }

    /** The noise scale in a case's name, after {@code prefix}: {@code sigma=0.5}. */
    double scale(String caseName, String prefix) {
        try {
            return Double.parseDouble(caseName.substring(prefix.length()));
        } catch (NumberFormatException e) {
            throw refusal("case \"" + caseName + "\" names no noise scale");
        }
    }

    /** Class indices, int64 [count], if the network has classes. */
    Optional<Tensor> labels(NetworkConfig network, long count) {
        if (network.classes() == 0) {
            return Optional.empty();
        }
        Tensor labels = shaped("y", named("y"), count);
        if (Arrays.stream(HostTensors.longs(labels)).anyMatch(label -> label < 0 || label >= network.classes())) {
            throw refusal("tensor \"y\" must hold classes from 0 to " + (network.classes() - 1));
        }
        return Optional.of(device.move(labels.to(torch.ScalarType.Long)));
    }

    /**
     * The recorded outputs of the network's parts, by recorded name. {@code prefix} is the prefix of the case's names.
     */
    Map<String, RecordedPart> parts(String prefix, GoldenReference reference) {
        Map<String, RecordedPart> parts = new LinkedHashMap<>();
        for (String name : below(prefix + VALUES)) {
            parts.put(name, part(name, reference, tensor(prefix + VALUES + name)));
        }
        for (String name : below(prefix + SUMMARIES)) {
            parts.put(
                    summaryOf(name),
                    part(name, reference, tensor(prefix + SUMMARIES + name)).summarized());
        }
        return parts;
    }

    private static RecordedPart part(String name, GoldenReference reference, Tensor expected) {
        String ours = reference.part(name);
        return new RecordedPart(ours, reference.asRecorded(ours), expected);
    }

    /** The recorded outputs of a network's parts whose recorded names are this library's names. */
    Map<String, RecordedPart> parts() {
        Map<String, RecordedPart> parts = new LinkedHashMap<>();
        below(VALUES).forEach(name -> parts.put(name, RecordedPart.of(name, tensor(VALUES + name))));
        below(SUMMARIES)
                .forEach(name -> parts.put(
                        summaryOf(name),
                        RecordedPart.of(name, tensor(SUMMARIES + name)).summarized()));
        return parts;
    }

    /** A part can be recorded both whole and as a summary; then both are compared. */
    private static String summaryOf(String name) {
        return name + " (summary)";
    }

    private Tensor named(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw refusal("tensor \"" + name + "\" is missing");
        }
        return tensor;
    }

    private Tensor shaped(String name, Tensor tensor, long... wanted) {
        if (!Arrays.equals(tensor.shape(), wanted) || tensor.numel() == 0) {
            throw refusal("tensor \"" + name + "\" has shape " + Arrays.toString(tensor.shape()) + ", the network"
                    + " and its input need " + Arrays.toString(wanted));
        }
        return tensor;
    }

    UserException refusal(String fault) {
        return new UserException(file + ": " + fault + "; record it again");
    }
}
