package org.bcm4j.model;

import static org.bcm4j.config.Requirement.require;

import java.util.List;
import java.util.Locale;
import org.bcm4j.config.Default;
import org.bcm4j.network.Conditioning;
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
        require(format.equals(FORMAT), "format", "must be \"" + FORMAT + "\", is \"" + format + "\"");
        require(
                classNames.isEmpty() || classNames.size() == network.classes(),
                "class_names",
                "must have a name for each of the " + network.classes() + " classes, has " + classNames.size());
        requireKind(preconditioning, network);
    }

    /**
     * Refuses a network whose time inputs do not match the kind of model.
     *
     * @throws IllegalArgumentException saying what to change
     */
    public static void requireKind(ModelKind kind, NetworkConfig network) {
        boolean toldTarget = network.conditioning() != Conditioning.TIME;
        require(
                toldTarget == kind.isBidirectional(),
                "network",
                toldTarget
                        ? "must have conditioning: time, because a model of kind "
                                + kind.name().toLowerCase(Locale.ROOT) + " goes to time 0 only"
                        : "must have conditioning: joint or aligned, because a bidirectional model takes a target time");
    }

    /** The kind of model that the network was trained as. */
    public ModelKind kind() {
        return preconditioning;
    }
}
