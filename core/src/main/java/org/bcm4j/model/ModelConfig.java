package org.bcm4j.model;

import java.util.List;
import org.bcm4j.config.Default;
import org.bcm4j.network.NetworkConfig;

/**
 * The content of a model folder's {@code config.json}: everything that is needed in addition to the weights.
 *
 * @param format {@value #FORMAT}
 * @param data name of the training data
 * @param classNames names of the classes, in the order of their indices; empty if there are none
 */
public record ModelConfig(
        String format,
        ModelKind preconditioning,
        NetworkConfig network,
        @Default("unknown") String data,
        @Default("[]") List<String> classNames) {
    public static final String FORMAT = "bcm4j model 1";

    public ModelConfig {
        classNames = List.copyOf(classNames);
        if (!format.equals(FORMAT)) {
            throw new IllegalArgumentException("format must be \"" + FORMAT + "\", is \"" + format + "\"");
        }
        if (!classNames.isEmpty() && classNames.size() != network.classes()) {
            throw new IllegalArgumentException(
                    "class_names has " + classNames.size() + " names for " + network.classes() + " classes");
        }
    }

    /** The kind of model that the network was trained as. */
    public ModelKind kind() {
        return preconditioning;
    }
}
