package org.bcm4j.app.commands.editing;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bcm4j.app.options.ClassOption;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Option;

/** The option for the classes of two given images. */
final class EndClassesOption {
    @Option(
            names = "--class",
            paramLabel = "A[,B]",
            description = "Class of both pictures, or of each, by number from 0 or by name (default: "
                    + ClassOption.NONE + ").")
    private Optional<String> text = Optional.empty();

    /** A class for each end, or none for both. */
    record Choices(ClassOption.Choice first, ClassOption.Choice last) {
        /** The classes, int64 [2]; absent if there are none. */
        Optional<Tensor> labels(Device device) {
            long[] labels = Stream.of(first, last)
                    .flatMap(choice -> choice.index().stream())
                    .mapToLong(Integer::longValue)
                    .toArray();
            return labels.length == 0 ? Optional.empty() : Optional.of(device.integers(labels));
        }

        /** The choice as text for messages. */
        @Override
        public String toString() {
            return Stream.of(first, last)
                    .distinct()
                    .map(ClassOption.Choice::toString)
                    .collect(Collectors.joining(" to "));
        }
    }

    /**
     * Finds the classes in a model.
     *
     * @throws UserException if the model has no such class, or requires classes and none were given
     */
    Choices of(ModelConfig model) {
        if (text.isEmpty() || ClassOption.isNone(model, text.get())) {
            ClassOption.Choice none = ClassOption.Choice.none(model);
            return new Choices(none, none);
        }
        String given = text.get();
        // A class name that contains a comma is one class.
        boolean name = model.classNames().stream().anyMatch(given::equalsIgnoreCase);
        List<String> parts = name ? List.of(given) : List.of(given.split(",", -1));
        if (parts.size() > 2) {
            throw new UserException("--class " + given + ": names " + parts.size()
                    + " classes; give one class for both pictures, or one for each: A,B");
        }
        return new Choices(find(model, parts.get(0)), find(model, parts.get(parts.size() - 1)));
    }

    private static ClassOption.Choice find(ModelConfig model, String part) {
        return ClassOption.find(model, "--class", part.strip());
    }
}
