package org.bcm4j.app.commands.editing;

import java.util.Optional;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.storage.UserException;
import picocli.CommandLine.Option;

/** The option for the editing method: BCM's or the consistency models'. */
final class MethodOption {
    private enum Method {
        BCM,
        CM
    }

    @Option(
            names = "--method",
            paramLabel = "bcm|cm",
            description = {
                "bcm goes by the image's own noise, in the evaluations of --nfe; cm is the consistency models' way, the"
                        + " paper's baseline: from noise, and again from less and less of it, in 18 evaluations or those of"
                        + " --nfe (default: bcm; cm for a plain consistency model, which knows no other)."
            })
    private Optional<Method> method = Optional.empty();

    /** @throws UserException if BCM's method is requested for a plain consistency model */
    boolean isConsistencyModel(ModelConfig model) {
        if (model.kind() == ModelKind.CONSISTENCY && method.equals(Optional.of(Method.BCM))) {
            throw new UserException(
                    "--method bcm: this model is a plain consistency model, which cannot invert images; omit the"
                            + " option, or use a bidirectional model");
        }
        return model.kind() == ModelKind.CONSISTENCY || method.equals(Optional.of(Method.CM));
    }
}
