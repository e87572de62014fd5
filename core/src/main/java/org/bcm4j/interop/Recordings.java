package org.bcm4j.interop;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.unet.NetworkConfig;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The tensors of a file of recordings, each checked before the network sees it: libtorch's own errors name no file. */
final class Recordings {
    private static final String VALUES = "act/";
    private static final String SUMMARIES = "act_stats/";

    private final Path file;
    private final NetworkConfig network;
    private final Device device;
    private final Map<String, Tensor> tensors;

    /**
     * What a part of the network put out.
     *
     * @param expected the output itself, or a summary of it: mean, population standard deviation, first and last number of each image,
     *     float64 [B,4]
     */
    record Part(boolean summary, Tensor expected) {}

    /**
     * @throws UserException if the file is no sound safetensors file; so do all methods if a tensor is not what the
     *     network wants
     */
    Recordings(Path file, NetworkConfig network, Device device) {
        this.file = file;
        this.network = network;
        this.device = device;
        this.tensors = Safetensors.read(file).tensors();
    }

    /** What the names of each case's tensors begin with, {@code CASE/} or nothing, found by its input's name. At least one. */
    List<String> prefixes(String input) {
        List<String> prefixes = tensors.keySet().stream()
                .filter(name -> name.equals(input) || name.endsWith("/" + input))
                .map(name -> name.substring(0, name.length() - input.length()))
                .toList();
        if (prefixes.isEmpty()) {
            throw refusal("has no case, no tensor is called \"" + input + "\" or \"CASE/" + input + "\"");
        }
        return prefixes;
    }

    boolean has(String name) {
        return tensors.containsKey(name);
    }

    /** An input, float32 [B,C,H,W] of the network's size. */
    Tensor points(String name) {
        Tensor points = named(name);
        return images(name, points.dim() == 0 ? 1 : points.size(0));
    }

    /** Float32 [count,C,H,W] of the network's size. */
    Tensor images(String name, long count) {
        int size = network.imageSize();
        return device.move(shaped(name, named(name), count, network.imageChannels(), size, size)
                .to(torch.ScalarType.Float));
    }

    /** Float32 [count], positive. */
    Tensor times(String name, long count) {
        Tensor times = shaped(name, named(name), count);
        if (Arrays.stream(HostTensors.doubles(times)).anyMatch(time -> !(time > 0) || Double.isInfinite(time))) {
            throw refusal("tensor \"" + name + "\" must hold positive noise scales");
        }
        return device.move(times.to(torch.ScalarType.Float));
    }

    /** Float32 [count], exp(4·c) of the recorded c, which are ¼·ln of noise scales. */
    Tensor timesOfQuarterLogs(String name, long count) {
        double[] logs = HostTensors.doubles(shaped(name, named(name), count));
        return device.floats(
                Arrays.stream(logs).map(quarter -> Math.exp(4 * quarter)).toArray());
    }

    /** The same noise scale for every image, float32 [count]. */
    Tensor time(double scale, long count) {
        return device.full(scale, count);
    }

    /** Int64 [count], if the network has classes. */
    Optional<Tensor> labels(long count) {
        if (network.classes() == 0) {
            return Optional.empty();
        }
        Tensor labels = shaped("y", named("y"), count);
        if (Arrays.stream(HostTensors.longs(labels)).anyMatch(label -> label < 0 || label >= network.classes())) {
            throw refusal("tensor \"y\" must hold classes from 0 to " + (network.classes() - 1));
        }
        return Optional.of(device.move(labels.to(torch.ScalarType.Long)));
    }

    /** What the parts of the network put out in the case whose names begin with {@code prefix}, by name. */
    Map<String, Part> parts(String prefix) {
        Map<String, Part> parts = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (name.startsWith(prefix + VALUES)) {
                parts.put(name.substring(prefix.length() + VALUES.length()), new Part(false, device.move(tensor)));
            } else if (name.startsWith(prefix + SUMMARIES)) {
                parts.put(name.substring(prefix.length() + SUMMARIES.length()), new Part(true, device.move(tensor)));
            }
        });
        return parts;
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
            throw refusal("tensor \"" + name + "\" has shape " + Arrays.toString(tensor.shape()) + ", the network and"
                    + " its input want " + Arrays.toString(wanted));
        }
        return tensor;
    }

    UserException refusal(String fault) {
        return new UserException(file + ": " + fault + "; record it again");
    }
}
