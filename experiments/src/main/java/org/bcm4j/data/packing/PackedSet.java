package org.bcm4j.data.packing;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The description of a packed set, {@code dataset.json}.
 *
 * @param classes the names of the classes, in the order of their numbers
 * @param size height and width of the images
 * @param channels 1 for grey, 3 for red, green, blue
 * @param format how the source was stored
 * @param source the source as it was given
 * @param pixels how the images were made of the pictures
 * @param train the training images
 * @param test the test images, if there are any
 * @param fingerprint of the settings and of the pictures' names and classes
 */
public record PackedSet(
        List<String> classes,
        int size,
        int channels,
        String format,
        String source,
        String pixels,
        Division train,
        Optional<Division> test,
        String fingerprint) {
    public PackedSet {
        classes = List.copyOf(classes);
    }

    /**
     * One part of the set.
     *
     * @param images the number of images
     * @param perClass how many images each class has
     * @param enlarged how many pictures were smaller than the images
     * @param leftOut why pictures could not be used, one line each
     * @param files the SHA-256 of each file, by its name in the packed set
     */
    public record Division(
            int images, List<Integer> perClass, int enlarged, List<String> leftOut, Map<String, String> files) {
        public Division {
            perClass = List.copyOf(perClass);
            leftOut = List.copyOf(leftOut);
            files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
        }
    }
}
