package org.bcm4j.interop;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;

/** What is put before the names of a network's tensors by what holds it: {@code module.}, {@code _orig_mod.}, {@code model.} ... */
final class Wrappers {
    /** Of compiling, sharding and recomputing, around the network or parts of it. */
    private static final Pattern ANYWHERE =
            Pattern.compile("(?<![^.])(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|_forward_module)\\.");

    /** What score SDE's networks have all tensors below. */
    private static final String NO_WRAPPER = "all_modules.";

    private Wrappers() {}

    /** The same tensors by the names that the network gives them; as they are where two would have one name. */
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

    /** The tensors below a name, without it: {@code model} of {@code model.conv.weight}. */
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

    /** What precedes the first dot of the first name, with it; empty if there is none. */
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
