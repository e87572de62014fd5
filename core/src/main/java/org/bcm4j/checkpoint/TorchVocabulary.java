package org.bcm4j.checkpoint;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bcm4j.tensor.ElementType;

/**
 * The names that a pickle may use, and what calling them makes. Nothing else exists: a name is looked up in this table
 * and never in the running program.
 */
final class TorchVocabulary {
    /** What may be called. */
    enum Function {
        ORDERED_DICT,
        SET,
        ENCODE,
        SIZE,
        DEVICE,
        REBUILD_TENSOR,
        REBUILD_PARAMETER
    }

    /** A {@link Function}; an {@link ElementType}, for the class of a storage; or a String, for a constant. */
    private static final Map<String, Object> NAMES = names();

    private TorchVocabulary() {}

    /** @throws RefusedException unless the name, of module and object, is in the table */
    static Object named(String module, String object) {
        String name = module + "." + object;
        Object known = NAMES.get(name);
        if (known == null) {
            throw RefusedException.unsupported("it asks for " + RefusedException.quoted(name)
                    + ", which tensors do not need and which could be code; nothing was run");
        }
        return known;
    }

    /** @throws RefusedException if the arguments are not those that PyTorch gives */
    static Object call(Function function, Sequence arguments) {
        return switch (function) {
            case ORDERED_DICT -> {
                if (!arguments.items().isEmpty()) {
                    throw unexpected(function);
                }
                yield new Dictionary();
            }
            case SET, SIZE -> argument(function, arguments, 0, Sequence.class);
            case ENCODE -> Blank.OPAQUE;
            case DEVICE -> argument(function, arguments, 0, String.class);
            case REBUILD_TENSOR ->
                new StoredTensor(
                        argument(function, arguments, 0, Storage.class),
                        argument(function, arguments, 1, Long.class),
                        argument(function, arguments, 2, Sequence.class).numbers(),
                        argument(function, arguments, 3, Sequence.class).numbers());
            case REBUILD_PARAMETER -> argument(function, arguments, 0, StoredTensor.class);
        };
    }

    private static <T> T argument(Function function, Sequence arguments, int index, Class<T> type) {
        List<Object> values = arguments.items();
        if (index < values.size() && type.isInstance(values.get(index))) {
            return type.cast(values.get(index));
        }
        throw unexpected(function);
    }

    private static RefusedException unexpected(Function function) {
        return RefusedException.damaged("it calls " + function + " with unexpected arguments");
    }

    private static Map<String, Object> names() {
        Map<String, Object> names = new HashMap<>();
        names.put("collections.OrderedDict", Function.ORDERED_DICT);
        names.put("builtins.set", Function.SET);
        names.put("__builtin__.set", Function.SET);
        // How protocol 2 writes bytes.
        names.put("_codecs.encode", Function.ENCODE);
        names.put("torch.Size", Function.SIZE);
        names.put("torch.device", Function.DEVICE);
        names.put("torch._utils._rebuild_tensor_v2", Function.REBUILD_TENSOR);
        names.put("torch._utils._rebuild_parameter", Function.REBUILD_PARAMETER);
        for (ElementType type : ElementType.values()) {
            // FloatStorage, HalfStorage, ...: Python and C++ call the types alike.
            names.put("torch." + type.scalarType().name() + "Storage", type);
        }
        List.of("float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")
                .forEach(type -> names.put("torch." + type, "torch." + type));
        return Map.copyOf(names);
    }
}
