package org.bcm4j.interop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bcm4j.storage.UserException;
import tools.jackson.databind.JsonNode;

/**
 * The arguments with which another program builds a network. They are read strictly: anything unknown is refused.
 *
 * @param file the file of the arguments, for error messages
 * @param section their section in the file, for error messages
 */
record Arguments(Path file, String section, JsonNode values) {
    /** @throws UserException if there are any other arguments */
    void requireOnly(Set<String> understood, Set<String> ignored) {
        Set<String> unknown = new TreeSet<>(values.propertyNames());
        unknown.removeAll(understood);
        unknown.removeAll(ignored);
        if (!unknown.isEmpty()) {
            throw refusal("unknown " + unknown + "; only " + new TreeSet<>(understood) + " are understood");
        }
    }

    Arguments section(String name) {
        return new Arguments(file, section.isEmpty() ? name : section + "." + name, argument(name));
    }

    boolean isNull(String name) {
        return argument(name).isNull();
    }

    int size(String name) {
        return size(name, argument(name));
    }

    List<Integer> sizes(String name) {
        JsonNode list = argument(name);
        if (!list.isArray()) {
            throw refusal(name + " must be a list, is " + list);
        }
        List<Integer> sizes = new ArrayList<>();
        list.forEach(value -> sizes.add(size(name, value)));
        return sizes;
    }

    private int size(String name, JsonNode value) {
        if (!value.isInt() || value.intValue() < 1) {
            throw refusal(name + " must be a positive whole number, is " + value);
        }
        return value.intValue();
    }

    double number(String name) {
        JsonNode value = argument(name);
        if (!value.isNumber()) {
            throw refusal(name + " must be a number, is " + value);
        }
        return value.doubleValue();
    }

    boolean flag(String name) {
        JsonNode value = argument(name);
        if (!value.isBoolean()) {
            throw refusal(name + " must be true or false, is " + value);
        }
        return value.booleanValue();
    }

    String text(String name) {
        JsonNode value = argument(name);
        if (!value.isString()) {
            throw refusal(name + " must be text, is " + value);
        }
        return value.stringValue();
    }

    /** @throws UserException unless the argument has this value: this library has no networks with other values */
    void require(String name, String only) {
        if (!argument(name).asString().equals(only)) {
            throw refusal(name + " is " + argument(name) + "; only " + only + " is supported");
        }
    }

    private JsonNode argument(String name) {
        JsonNode value = values.path(name);
        if (value.isMissingNode()) {
            throw refusal(name + " is missing; add it");
        }
        return value;
    }

    UserException refusal(String fault) {
        return new UserException(file + ": " + (section.isEmpty() ? "" : section + ": ") + fault);
    }
}
