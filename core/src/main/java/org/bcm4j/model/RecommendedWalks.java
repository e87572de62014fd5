package org.bcm4j.model;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.bcm4j.config.Default;

/**
 * The walks that serve a model best, in their text form, by number of evaluations ({@code "1"} to {@code "4"}): a model folder's
 * {@code walks.json}. What it does not name is as in {@link #UNTUNED}.
 *
 * @param generate from noise to images
 * @param invert from images to noise
 * @param inpaint from images with a hole to whole ones (docs/method.md §7)
 * @param restore from damaged images, such as compressed ones, to better ones
 */
public record RecommendedWalks(
        @Default("{}") Map<String, String> generate,
        @Default("{}") Map<String, String> invert,
        @Default("{}") Map<String, String> inpaint,
        @Default("{}") Map<String, String> restore) {
    private static final Map<String, String> INPAINT =
            Map.of("2", "0 +0.5 > 4 > 0", "3", "0 +0.4 > 1 > 4 > 0", "4", "0 +0.07 > 0.4 > 1 > 2 > 0");
    private static final Map<String, String> RESTORE =
            Map.of("2", "0 +0.07 > 2 > 0", "3", "0 +0.07 > 0.4 > 2 > 0", "4", "0 +0.07 > 0.4 > 1 > 2 > 0");

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
            Map.of("1", "0 +0.07 > 80", "2", "0 +0.07 > 6 > 80", "4", "0 +0.07 > 0.4 > 2 > 6 > 80"),
            INPAINT,
            RESTORE);

    /** What a walk is for. */
    public enum Purpose {
        SAMPLE,
        INVERT,
        INPAINT,
        RESTORE
    }

    /** The walks for a purpose, by number of evaluations. */
    public Map<String, String> of(Purpose purpose) {
        return switch (purpose) {
            case SAMPLE -> generate;
            case INVERT -> invert;
            case INPAINT -> inpaint;
            case RESTORE -> restore;
        };
    }

    /** These walks with another one of {@code nfe} evaluations for a purpose. */
    public RecommendedWalks with(Purpose purpose, int nfe, String walk) {
        Map<String, String> changed = new TreeMap<>(of(purpose));
        changed.put(Integer.toString(nfe), walk);
        return switch (purpose) {
            case SAMPLE -> new RecommendedWalks(changed, invert, inpaint, restore);
            case INVERT -> new RecommendedWalks(generate, changed, inpaint, restore);
            case INPAINT -> new RecommendedWalks(generate, invert, changed, restore);
            case RESTORE -> new RecommendedWalks(generate, invert, inpaint, changed);
        };
    }

    public RecommendedWalks {
        generate = Collections.unmodifiableMap(new TreeMap<>(generate));
        invert = Collections.unmodifiableMap(new TreeMap<>(invert));
        inpaint = Collections.unmodifiableMap(new TreeMap<>(inpaint.isEmpty() ? INPAINT : inpaint));
        restore = Collections.unmodifiableMap(new TreeMap<>(restore.isEmpty() ? RESTORE : restore));
    }
}
