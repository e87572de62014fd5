package org.bcm4j.checkpoint;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bcm4j.tensor.ElementType;

/**
 * The names that a pickle can call, and the results of the calls. A name is looked up in this table and never in the
 * running program. Any other name is {@link Foreign}.
 */
final class TorchVocabulary {
    /** The functions that can be called. */
    enum Function {
        ORDERED_DICT,
        SET,
        ENCODE,
        SIZE,
        DEVICE,
        REBUILD_TENSOR,
        REBUILD_PARAMETER,
        REBUILD_FROM_TYPE,
        /** Makes an object that is ignored, see {@link ForeignObject}. */
        VALUE
    }

    private static final List<String> PATHS =
            List.of("Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath");

    /** Types that people store next to their weights and that call only their own constructor, by module. */
    private static final Map<String, List<String>> VALUES = Map.ofEntries(
            Map.entry("argparse", List.of("Namespace")),
            Map.entry("types", List.of("SimpleNamespace")),
            Map.entry("builtins", List.of("complex", "bytearray", "range", "slice")),
            Map.entry("__builtin__", List.of("complex", "bytearray", "xrange", "range", "slice")),
            Map.entry("collections", List.of("defaultdict", "Counter", "deque")),
            Map.entry("copyreg", List.of("_reconstructor", "__newobj__", "__newobj_ex__")),
            Map.entry("copy_reg", List.of("_reconstructor", "__newobj__", "__newobj_ex__")),
            Map.entry("datetime", List.of("date", "datetime", "time", "timedelta", "timezone")),
            Map.entry("decimal", List.of("Decimal")),
            Map.entry("fractions", List.of("Fraction")),
            Map.entry("uuid", List.of("UUID")),
            Map.entry("pathlib", PATHS),
            Map.entry("pathlib._local", PATHS),
            Map.entry("numpy", List.of("dtype", "ndarray")),
            Map.entry("numpy.core.multiarray", List.of("scalar", "_reconstruct")),
            Map.entry("numpy._core.multiarray", List.of("scalar", "_reconstruct")),
            Map.entry("numpy.core.numeric", List.of("_frombuffer")),
            Map.entry("numpy._core.numeric", List.of("_frombuffer")),
            Map.entry(
                    "numpy.random._pickle", List.of("__randomstate_ctor", "__generator_ctor", "__bit_generator_ctor")),
            Map.entry("torch.serialization", List.of("_get_layout")));

    /** A {@link Function}; an {@link ElementType}, for the class of a storage; or a String, for a constant. */
    private static final Map<String, Object> NAMES = names();

    private TorchVocabulary() {}

    /** The meaning of a name, given as module and object. */
    static Object named(String module, String object) {
        String name = module + "." + object;
        Object known = NAMES.get(name);
        return known == null ? new Foreign(name) : known;
    }

    /** @throws RefusedException if the arguments are not those that PyTorch writes */
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
            case REBUILD_FROM_TYPE -> {
                // The second argument is the class of the result, the fourth its attributes. Neither is needed here.
                Function rebuild = argument(function, arguments, 0, Function.class);
                if (rebuild != Function.REBUILD_TENSOR && rebuild != Function.REBUILD_PARAMETER) {
                    throw unexpected(function);
                }
                argument(function, arguments, 1, String.class);
                yield call(rebuild, argument(function, arguments, 2, Sequence.class));
            }
            case VALUE -> new ForeignObject("Python");
        };
    }

    private static <T> T argument(Function function, Sequence arguments, int index, Class<T> type) {
        List<Object> values = arguments.items();
        if (index < values.size() && type.isInstance(values.get(index))) {
            return type.cast(values.get(index));
        }
        if (index < values.size() && values.get(index) instanceof Foreign foreign) {
            throw foreign.refusal();
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
        names.put("builtins.frozenset", Function.SET);
        names.put("__builtin__.frozenset", Function.SET);
        VALUES.forEach(
                (module, objects) -> objects.forEach(object -> names.put(module + "." + object, Function.VALUE)));
        // Protocol 2 writes bytes with this function.
        names.put("_codecs.encode", Function.ENCODE);
        names.put("torch.Size", Function.SIZE);
        names.put("torch.device", Function.DEVICE);
        names.put("torch._utils._rebuild_tensor_v2", Function.REBUILD_TENSOR);
        names.put("torch._utils._rebuild_tensor", Function.REBUILD_TENSOR);
        names.put("torch._utils._rebuild_parameter", Function.REBUILD_PARAMETER);
        names.put("torch._utils._rebuild_parameter_with_state", Function.REBUILD_PARAMETER);
        names.put("torch._tensor._rebuild_from_type_v2", Function.REBUILD_FROM_TYPE);
        List.of("torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer")
                .forEach(type -> names.put(type, type));
        for (ElementType type : ElementType.values()) {
            // FloatStorage, HalfStorage, ...: Python and C++ use the same type names.
            names.put("torch." + type.scalarType().name() + "Storage", type);
        }
        List.of("float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")
                .forEach(type -> names.put("torch." + type, "torch." + type));
        return Map.copyOf(names);
    }
}
