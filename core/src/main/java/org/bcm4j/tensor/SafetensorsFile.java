package org.bcm4j.tensor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The content of a safetensors file.
 *
 * @param tensors by name, in the order in which the file names them; immutable. The tensors own their memory, are on
 *     the CPU and belong to the {@link Scope} in which the file was read
 * @param metadata the file's {@code __metadata__}; empty if it has none
 */
public record SafetensorsFile(Map<String, Tensor> tensors, Map<String, String> metadata) {
    public SafetensorsFile {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /**
     * The tensor with the given name.
     *
     * @throws IllegalArgumentException if the file holds no tensor of that name
     */
    public Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor named " + name);
        }
        return tensor;
    }
}
