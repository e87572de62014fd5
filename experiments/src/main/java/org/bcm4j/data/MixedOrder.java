package org.bcm4j.data;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The order in which measurements take the images of a set. Class folders give all images of one class, then all of the
 * next. The first images of such a set are of one class, and its last ones of classes that are missing before. So a set
 * that is grouped by class is shuffled, always in the same way. Any other set keeps its order.
 */
final class MixedOrder {
    private static final long SEED = 0;

    private MixedOrder() {}

    /**
     * The order of images of the given classes.
     *
     * @param classes the class of each image
     * @return all indices, shuffled; absent if the images are not grouped by class
     */
    static Optional<int[]> of(List<?> classes) {
        return isGrouped(classes) ? Optional.of(shuffled(classes.size())) : Optional.empty();
    }

    /** Whether there are several classes, and the images of each follow one another. */
    private static boolean isGrouped(List<?> classes) {
        long borders = IntStream.range(1, classes.size())
                .filter(i -> !classes.get(i).equals(classes.get(i - 1)))
                .count();
        return borders > 0 && borders + 1 == new HashSet<>(classes).size();
    }

    private static int[] shuffled(int count) {
        return LongStream.of(new ShuffledOrder(count, SEED).indices(0, count))
                .mapToInt(Math::toIntExact)
                .toArray();
    }
}
