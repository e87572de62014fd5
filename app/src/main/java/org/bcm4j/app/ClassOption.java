package org.bcm4j.app;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Option;

/** Of which class given images are. */
final class ClassOption {
    @Option(
            names = "--class",
            paramLabel = "K|NAME",
            description = "Class of the images, by number from 0 or by name (default: no class).")
    private Optional<String> text = Optional.empty();

    /** One class of a model, or none. */
    record Choice(Optional<Integer> index, String name) {
        /**
         * No class.
         *
         * @throws UserException if the model wants one
         */
        static Choice none(ModelConfig model) {
            if (model.network().classes() > 0 && !model.network().nullClass()) {
                throw new UserException(
                        "the model was trained with labels only; choose a class with --class: " + listed(model));
            }
            return new Choice(Optional.empty(), "");
        }

        /** The class for every one of {@code count} images, int64 [count]; absent if there is none. */
        Optional<Tensor> labels(int count, Device device) {
            return index.map(k -> {
                long[] labels = new long[count];
                Arrays.fill(labels, k);
                return device.integers(labels);
            });
        }

        /** How to speak of the choice. */
        @Override
        public String toString() {
            return index.isPresent() ? "class " + name : "no class";
        }
    }

    /**
     * Finds the class in a model.
     *
     * @throws UserException if the model has no such class, or no class was chosen and it wants one
     */
    Choice of(ModelConfig model) {
        return text.isPresent() ? find(model, "--class", text.get()) : Choice.none(model);
    }

    /**
     * Finds a class by its name as it is written, else by its number, else by its name in other letters, large or small.
     *
     * @param option by which it was named
     * @throws UserException if the model has no such class, or several
     */
    static Choice find(ModelConfig model, String option, String text) {
        int classes = model.network().classes();
        if (classes == 0) {
            throw new UserException(option + " " + text + ": the model knows no classes; leave the option out");
        }
        List<IntPredicate> readings = List.of(
                k -> text.equals(name(model, k)),
                k -> text.equals(Integer.toString(k)),
                k -> text.equalsIgnoreCase(name(model, k)));
        for (IntPredicate reading : readings) {
            int[] found = IntStream.range(0, classes).filter(reading).toArray();
            if (found.length > 1) {
                throw new UserException(option + " " + text + ": may be each of the classes "
                        + Arrays.stream(found)
                                .mapToObj(k -> k + " (" + name(model, k) + ")")
                                .collect(Collectors.joining(", "))
                        + "; choose by number, or write the name as it is");
            }
            if (found.length == 1) {
                return new Choice(Optional.of(found[0]), name(model, found[0]));
            }
        }
        throw new UserException(option + " " + text + ": the model has no such class; choose from " + listed(model));
    }

    /** Whether a class has this name, as it is written. */
    static boolean isName(ModelConfig model, String text) {
        return model.classNames().contains(text);
    }

    private static String name(ModelConfig model, int k) {
        return model.classNames().isEmpty()
                ? Integer.toString(k)
                : model.classNames().get(k);
    }

    private static String listed(ModelConfig model) {
        int last = model.network().classes() - 1;
        return "0 to " + last + (model.classNames().isEmpty() ? "" : ", or " + String.join(", ", model.classNames()));
    }
}
