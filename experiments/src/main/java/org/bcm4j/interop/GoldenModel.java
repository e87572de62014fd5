package org.bcm4j.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bcm4j.interop.GoldenCheck.Comparison;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/** A generative network that another implementation ran. */
record GoldenModel(GoldenReference reference) implements GoldenSubject {
    @Override
    public GoldenCheck.Report check(GoldenCheck check, GoldenFolder folder) {
        ConsistencyFunction function =
                new ConsistencyFunction(reference.network().build(), reference.kind());
        Recordings recordings = folder.recordings(check.device());
        List<Comparison> parts = new ArrayList<>();
        List<Comparison> outputs = new ArrayList<>();
        try (Weights weights = weights(folder, check.device())) {
            for (GoldenCase recorded : reference.cases(recordings)) {
                GoldenParts heard = new GoldenParts(check, recorded.name(), recorded.parts());
                Pass pass = Pass.evaluating(weights).observedBy(heard);
                for (GoldenCase.Output output : recorded.outputs()) {
                    outputs.add(compare(check, function, pass, recorded, output));
                    pass = Pass.evaluating(weights); // the parts have been observed
                }
                parts.addAll(heard.comparisons(recordings));
            }
            return folder.report(check, weights.layout().parameterCount(), parts, outputs);
        }
    }

    private static Comparison compare(
            GoldenCheck check, ConsistencyFunction function, Pass pass, GoldenCase recorded, GoldenCase.Output output) {
        try (Scope scope = Scope.open()) {
            Tensor x = recorded.x();
            Tensor t = recorded.t();
            Tensor u = recorded.u();
            Optional<Tensor> labels = recorded.labels();
            Tensor actual = switch (output.question()) {
                case NETWORK -> function.network().apply(pass, x, t, u, labels);
                case SCALED_NETWORK -> function.raw(pass, x, t, u, labels);
                case MODEL -> function.apply(pass, x, t, u, labels);
            };
            return check.comparison(recorded.name(), output.name(), actual, output.expected());
        }
    }

    /** The weights. The caller closes them. */
    private Weights weights(GoldenFolder folder, Device device) {
        try (Scope scope = Scope.open()) {
            return Weights.filled(reference.network().build().layout(), device, weights -> fill(weights, folder));
        }
    }

    private void fill(Weights weights, GoldenFolder folder) {
        Optional<FormulaWeights> formula = folder.formula();
        if (formula.isPresent()) {
            fill(weights, formula.get(), folder.source());
        } else {
            weights.load(reference.converted(folder.stored(), folder.source()), folder.source());
        }
    }

    /** Fills one parameter after another, because networks without stored weights are large. */
    private void fill(Weights weights, FormulaWeights formula, String source) {
        weights.views().forEach((name, view) -> {
            try (Scope scope = Scope.open()) {
                String published = reference.published(name);
                Tensor values = HostTensors.ofFloats(formula.values(published, view.shape()), view.shape());
                Map<String, Tensor> converted = reference.converted(Map.of(published, values), source);
                view.copy_(Objects.requireNonNull(converted.get(name), name));
            }
        });
    }
}
