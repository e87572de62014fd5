package org.bcm4j.interop;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.unet.AdmConfig;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The tensors of a file of recordings, each checked before the network sees it: libtorch's own errors name no file. */
final class Recordings {
    /** The input of a case, by whose name cases are found. */
    static final String POINTS = "x_t";

    private final Path file;
    private final AdmConfig network;
    private final Device device;
    private final Map<String, Tensor> tensors;

    /**
     * @throws UserException if the file is no sound safetensors file; so do all methods if a tensor is not what the
     *     network wants
     */
    Recordings(Path file, AdmConfig network, Device device) {
        this.file = file;
        this.network = network;
        this.device = device;
        this.tensors = Safetensors.read(file).tensors();
    }

    /** What the names of each case's tensors begin with: {@code CASE/}, or nothing. At least one. */
    List<String> prefixes() {
        List<String> prefixes = tensors.keySet().stream()
                .filter(name -> name.equals(POINTS) || name.endsWith("/" + POINTS))
                .map(name -> name.substring(0, name.length() - POINTS.length()))
                .toList();
        if (prefixes.isEmpty()) {
            throw refusal("has no case, no tensor is called \"" + POINTS + "\" or \"CASE/" + POINTS + "\"");
        }
        return prefixes;
    }

    /** The input of the case whose names begin with {@code prefix}, float32 [B,C,H,W]. */
    Tensor points(String prefix) {
        Tensor points = named(prefix + POINTS);
        return images(prefix + POINTS, points.dim() == 0 ? 1 : points.size(0));
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

    private Tensor named(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw refusal("tensor \"" + name + "\" is missing");
        }
        return tensor;
    }

    private Tensor shaped(String name, Tensor tensor, long... wanted) {
        if (!Arrays.equals(tensor.shape(), wanted) || tensor.numel() == 0) {
            throw refusal("tensor \"" + name + "\" has shape " + Arrays.toString(tensor.shape()) + ", the network and "
                    + POINTS + " want " + Arrays.toString(wanted));
        }
        return tensor;
    }

    private UserException refusal(String fault) {
        return new UserException(file + ": " + fault + "; record it again");
    }
}
