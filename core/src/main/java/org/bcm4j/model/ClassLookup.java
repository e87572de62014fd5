package org.bcm4j.model;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bcm4j.storage.UserException;

/**
 * Finds the classes of a model by name or number.
 *
 * @param model the configuration with the classes
 */
public record ClassLookup(ModelConfig model) {
    /**
     * The index of a class. Tries the exact name first, then the number from 0, then the name in any case.
     *
     * @param text name or number
     * @param source where the class was named, for the error message, such as {@code --class}
     * @throws UserException if the model has no such class, the name matches several, or the model has no classes
     */
    public int find(String text, String source) {
        int classes = model.network().classes();
        if (classes == 0) {
            throw new UserException(source + " " + text + ": the model has no classes; omit it");
        }
        List<IntPredicate> readings = List.of(
                k -> text.equals(name(k)), k -> text.equals(Integer.toString(k)), k -> text.equalsIgnoreCase(name(k)));
        for (IntPredicate reading : readings) {
            int[] found = IntStream.range(0, classes).filter(reading).toArray();
            if (found.length > 1) {
                String candidates = Arrays.stream(found)
                        .mapToObj(k -> k + " (" + name(k) + ")")
                        .collect(Collectors.joining(", "));
                throw new UserException(source + " " + text + ": matches several classes, " + candidates
                        + "; choose by number, or write the name exactly");
            }
            if (found.length == 1) {
                return found[0];
            }
        }
        throw new UserException(source + " " + text + ": the model has no such class; choose from " + listed());
    }

    /** The name of class {@code k}, or its number if the classes have no names. */
    public String name(int k) {
        return model.classNames().isEmpty()
                ? Integer.toString(k)
                : model.classNames().get(k);
    }

    /** All classes, by number and name, for a message. */
    public String listed() {
        int last = model.network().classes() - 1;
        return "0 to " + last + (model.classNames().isEmpty() ? "" : ", or " + String.join(", ", model.classNames()));
    }
}
