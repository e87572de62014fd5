package org.bcm4j.interop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bcm4j.interop.GoldenCheck.Comparison;
import org.bcm4j.nn.Pass;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/** Compares the outputs of a network's parts with their recordings while the network runs. */
final class GoldenParts implements Pass.Observer {
    private final GoldenCheck check;
    private final String caseName;
    private final Map<String, RecordedPart> unheard;
    private final List<Comparison> comparisons = new ArrayList<>();

    /** @param parts by recorded name */
    GoldenParts(GoldenCheck check, String caseName, Map<String, RecordedPart> parts) {
        this.check = check;
        this.caseName = caseName;
        this.unheard = new LinkedHashMap<>(parts);
    }

    @Override
    public void heard(String part, Tensor output) {
        unheard.entrySet().removeIf(recorded -> {
            boolean meant = recorded.getValue().part().equals(part);
            if (meant) {
                compare(recorded.getKey(), recorded.getValue(), output);
            }
            return meant;
        });
    }

    private void compare(String name, RecordedPart recorded, Tensor output) {
        try (Scope scope = Scope.open()) {
            Tensor actual = recorded.view().apply(output);
            Tensor expected = recorded.expected();
            if (actual.numel() != expected.numel() || actual.size(0) != expected.size(0)) {
                throw new UserException("recorded part \"" + name + "\" has shape " + Arrays.toString(expected.shape())
                        + ", the network's has " + Arrays.toString(actual.shape()) + "; record it again");
            }
            // Some recordings of attention have no height and width.
            comparisons.add(check.comparison(caseName, name, actual.reshape(expected.shape()), expected));
        }
    }

    /**
     * The comparisons, in the order in which the network computes.
     *
     * @throws UserException if there is a recording of a part that the network does not have
     */
    List<Comparison> comparisons(Recordings recordings) {
        unheard.keySet().stream().findFirst().ifPresent(name -> {
            throw recordings.refusal("part \"" + name + "\" is not a part of the network");
        });
        return comparisons;
    }
}
