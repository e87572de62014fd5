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
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Compares what the parts of a network put out in a case with what was recorded of them, while the network runs. */
final class GoldenParts implements Pass.Observer {
    private final GoldenCheck check;
    private final GoldenReference reference;
    private final String caseName;
    private final Map<String, Recordings.Part> unheard;
    private final List<Comparison> comparisons = new ArrayList<>();

    GoldenParts(GoldenCheck check, GoldenReference reference, GoldenCase recorded) {
        this.check = check;
        this.reference = reference;
        this.caseName = recorded.name();
        this.unheard = new LinkedHashMap<>(recorded.parts());
    }

    @Override
    public void heard(String part, Tensor output) {
        unheard.entrySet().removeIf(recorded -> {
            boolean meant = reference.part(recorded.getKey()).equals(part);
            if (meant) {
                compare(recorded.getKey(), reference.asRecorded(part).apply(output), recorded.getValue());
            }
            return meant;
        });
    }

    private void compare(String name, Tensor output, Recordings.Part recorded) {
        try (Scope scope = Scope.open()) {
            Tensor actual = recorded.summary() ? summary(output) : output;
            Tensor expected = recorded.expected();
            if (actual.numel() != expected.numel() || actual.size(0) != expected.size(0)) {
                throw new UserException("recorded part \"" + name + "\" has shape " + Arrays.toString(expected.shape())
                        + ", the network's has " + Arrays.toString(actual.shape()) + "; record it again");
            }
            // Some record attention without height and width.
            comparisons.add(check.comparison(caseName, name, actual.reshape(expected.shape()), expected));
        }
    }

    /** Mean, population standard deviation, first and last number of each image, float64 [B,4]. */
    private static Tensor summary(Tensor output) {
        Tensor rows = output.to(torch.ScalarType.Double).reshape(output.size(0), -1);
        Tensor mean = rows.mean(1);
        Tensor deviation = rows.sub(mean.unsqueeze(1)).square().mean(1).sqrt();
        return torch.stack(new TensorVector(mean, deviation, rows.select(1, 0), rows.select(1, -1)), 1);
    }

    /**
     * What was found, in the order in which the network computes.
     *
     * @throws UserException if something was recorded of which the network has no part
     */
    List<Comparison> comparisons(Recordings recordings) {
        unheard.keySet().stream().findFirst().ifPresent(name -> {
            throw recordings.refusal("part \"" + name + "\" is none of the network's");
        });
        return comparisons;
    }
}
