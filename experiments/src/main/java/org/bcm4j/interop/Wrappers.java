package org.bcm4j.interop;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;

/**
 * Prefixes of the names of a network's tensors that wrappers add, such as {@code module.}, {@code _orig_mod.} and
 * {@code model.}.
 */
final class Wrappers {
    /** Wrappers for compiling, sharding and recomputing, around the network or parts of it. */
    private static final Pattern ANYWHERE =
            Pattern.compile("(?<![^.])(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|_forward_module)\\.");

    /** The prefix of all tensors of score SDE's networks, which is no wrapper. */
    private static final String NO_WRAPPER = "all_modules.";

    private Wrappers() {}

    /** The same tensors by the network's own names; unchanged if two would have the same name. */
    static Map<String, Tensor> removed(Map<String, Tensor> tensors) {
        Map<String, Tensor> inner =
                renamed(tensors, name -> ANYWHERE.matcher(name).replaceAll(""));
        String shared = first(inner);
        while (!shared.isEmpty()
                && !shared.equals(NO_WRAPPER)
                && inner.keySet().stream().allMatch(startsWith(shared))) {
            String wrapper = shared;
            inner = renamed(inner, name -> name.substring(wrapper.length()));
            shared = first(inner);
        }
        return inner;
    }

    /** The tensors below a name, without it: {@code conv.weight} for {@code model.conv.weight} below {@code model}. */
    static Map<String, Tensor> below(String wrapper, Map<String, Tensor> tensors) {
        String prefix = wrapper + ".";
        Map<String, Tensor> inner = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                inner.put(name.substring(prefix.length()), tensor);
            }
        });
        return inner;
    }

    private static Predicate<String> startsWith(String prefix) {
        return name -> name.startsWith(prefix) && name.length() > prefix.length();
    }

    /** The first name up to and including its first dot; empty if there is none. */
    private static String first(Map<String, Tensor> tensors) {
        return tensors.keySet().stream()
                .findFirst()
                .map(name -> name.substring(0, name.indexOf('.') + 1))
                .orElse("");
    }

    private static Map<String, Tensor> renamed(Map<String, Tensor> tensors, UnaryOperator<String> rule) {
        Map<String, Tensor> renamed = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> renamed.put(rule.apply(name), tensor));
        return renamed.size() == tensors.size() ? renamed : tensors;
    }
}
