package org.bcm4j.app.options;

import java.util.Arrays;
import java.util.Optional;
import org.bcm4j.model.ClassLookup;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Option;

/** The option for the class of the given images. */
public final class ClassOption {
    /** The text for no class. */
    public static final String NONE = "none";

    @Option(
            names = "--class",
            paramLabel = "K|NAME|" + NONE,
            description = "Class of the images, by number from 0 or by name (default: " + NONE + ").")
    private Optional<String> text = Optional.empty();

    /** A class of a model, or none. */
    public record Choice(Optional<Integer> index, String name) {
        /**
         * No class.
         *
         * @throws UserException if the model requires one
         */
        public static Choice none(ModelConfig model) {
            if (model.network().classes() > 0 && !model.network().nullClass()) {
                throw new UserException("the model was trained with labels only; choose a class with --class: "
                        + new ClassLookup(model).listed());
            }
            return new Choice(Optional.empty(), "");
        }

        /** The class for each of {@code count} images, int64 [count]; absent if there is none. */
        public Optional<Tensor> labels(int count, Device device) {
            return index.map(k -> {
                long[] labels = new long[count];
                Arrays.fill(labels, k);
                return device.integers(labels);
            });
        }

        /** The choice as text for messages. */
        @Override
        public String toString() {
            return index.isPresent() ? "class " + name : "no class";
        }
    }

    /**
     * Finds the class in a model.
     *
     * @throws UserException if the model has no such class, or requires a class and none was given
     */
    public Choice of(ModelConfig model) {
        return text.filter(named -> !isNone(model, named))
                .map(named -> find(model, "--class", named))
                .orElseGet(() -> Choice.none(model));
    }

    /** Whether the text is "none" and the model has no class of that name. */
    public static boolean isNone(ModelConfig model, String text) {
        return text.equalsIgnoreCase(NONE) && !model.classNames().contains(text);
    }

    /**
     * Finds a class by its exact name, otherwise by its number, otherwise by its name in any case.
     *
     * @param option the option with the class
     * @throws UserException if the model has no such class, or the name matches several
     */
    public static Choice find(ModelConfig model, String option, String text) {
        ClassLookup lookup = new ClassLookup(model);
        int index = lookup.find(text, option);
        return new Choice(Optional.of(index), lookup.name(index));
    }
}
