package org.bcm4j.model;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.bcm4j.config.Default;

/**
 * The walks that serve a model best, in their text form, by number of evaluations ({@code "1"} to {@code "4"}): a model folder's
 * {@code walks.json}.
 *
 * @param generate from noise to images
 * @param invert from images to noise
 */
public record RecommendedWalks(
        @Default("{}") Map<String, String> generate,
        @Default("{}") Map<String, String> invert) {
    /** Sensible walks for a model that has not been tuned: those of docs/method.md §5 and §6 for small images. */
    public static final RecommendedWalks UNTUNED = new RecommendedWalks(
            Map.of(
                    "1",
                    "80 > 0",
                    "2",
                    "80 > 1.2 > 0",
                    "3",
                    "80 > 0 +0.2 > 0.8 > 0",
                    "4",
                    "80 > 1.2 > 0 +0.1 > 0.3 > 0"),
            Map.of("1", "0 +0.07 > 80", "2", "0 +0.07 > 6 > 80", "4", "0 +0.07 > 0.4 > 2 > 6 > 80"));

    public RecommendedWalks {
        generate = Collections.unmodifiableMap(new TreeMap<>(generate));
        invert = Collections.unmodifiableMap(new TreeMap<>(invert));
    }
}
