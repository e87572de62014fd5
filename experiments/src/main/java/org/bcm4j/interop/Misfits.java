package org.bcm4j.interop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;

/**
 * The mismatches between tensors and a network's parameters, collected so that all are reported at once: first those of
 * the tensors in the file, which show the user what the file is, then the missing ones.
 */
final class Misfits {
    /** The most that are listed of each kind. */
    private static final int LISTED = 10;

    private final List<String> misplaced = new ArrayList<>();
    private final List<String> misshapen = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();

    void missing(String name) {
        missing.add(name + " is missing");
    }

    void misplaced(String name) {
        misplaced.add(name + " has no place in the network");
    }

    void misshapen(String name, long[] given, long[] wanted) {
        misshapen.add(name + " has shape " + Arrays.toString(given) + ", the network needs " + Arrays.toString(wanted));
    }

    /**
     * Refuses tensors that are not exactly those of a layout.
     *
     * @param tensors by the layout's names
     * @param source where the tensors came from
     * @throws UserException naming those that are superfluous, of another shape or missing
     */
    static void refuse(WeightLayout layout, Map<String, Tensor> tensors, String source) {
        Misfits misfits = new Misfits();
        TreeSet<String> wrappers = new TreeSet<>();
        tensors.keySet().stream()
                .filter(name -> !layout.slots().containsKey(name))
                .forEach(name -> {
                    misfits.misplaced(name);
                    if (layout.slots().containsKey(name.substring(name.indexOf('.') + 1))) {
                        wrappers.add(name.substring(0, name.indexOf('.')));
                    }
                });
        layout.slots().forEach((name, slot) -> {
            Tensor tensor = tensors.get(name);
            if (tensor == null) {
                misfits.missing(name);
            } else if (!Arrays.equals(tensor.shape(), slot.dimensions())) {
                misfits.misshapen(name, tensor.shape(), slot.dimensions());
            }
        });
        misfits.refuseIfAny(
                source,
                wrappers.isEmpty()
                        ? "is the configuration that of another network?"
                        : "choose the tensors below one of these names with --section " + String.join("|", wrappers));
    }

    /**
     * @param source where the tensors came from
     * @throws UserException if there are any mismatches, naming them
     */
    void refuseIfAny(String source) {
        refuseIfAny(source, "is the configuration that of another network?");
    }

    private void refuseIfAny(String source, String remedy) {
        int count = misplaced.size() + misshapen.size() + missing.size();
        if (count > 0) {
            throw new UserException(source + ": " + count + (count == 1 ? " tensor does" : " tensors do")
                    + " not fit the network; " + remedy + listed(misplaced) + listed(misshapen) + listed(missing));
        }
    }

    private static String listed(List<String> complaints) {
        int rest = complaints.size() - LISTED;
        String more = rest > 0 ? "\n  and " + rest + " more like this" : "";
        return complaints.stream().limit(LISTED).reduce("", (all, next) -> all + "\n  " + next) + more;
    }
}
