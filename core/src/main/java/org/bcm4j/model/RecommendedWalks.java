package org.bcm4j.model;

import java.util.Collections;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.bcm4j.config.Default;

/**
 * The walks that serve a model best, in their text form, by number of evaluations ({@code "1"} to {@code "4"}): a
 * model folder's {@code walks.json}. Absent walks to inpaint and restore are those of {@link #UNTUNED}; an absent
 * walk to interpolate or swap is the inversion of as many evaluations, and straight back. Which of them a model can
 * go depends on its kind ({@code walk.PathSampler}).
 *
 * @param generate from noise to images
 * @param invert from images to noise
 * @param interpolate from two images to noise and back, by number of evaluations to noise; without added noise but at the start
 *     ({@code walk.ThereAndBack})
 * @param swap from an image of one class to noise, and back to another class; likewise
 * @param inpaint from images with a hole to whole ones (docs/method.md §7)
 * @param restore from damaged images, such as compressed ones, to better ones
 */
public record RecommendedWalks(
        @Default("{}") Map<String, String> generate,
        @Default("{}") Map<String, String> invert,
        @Default("{}") Map<String, String> interpolate,
        @Default("{}") Map<String, String> swap,
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
            Map.of(),
            Map.of(),
            INPAINT,
            RESTORE);

    /**
     * The same for a plain consistency model, which goes to time 0 each time: {@code walk.Walk.multistep}, in 2
     * evaluations by the noise scale that iCT (arXiv 2310.14189) has for CIFAR-10. It inverts nothing, so it has no
     * walks to invert, interpolate and swap.
     */
    public static final RecommendedWalks MULTISTEP = new RecommendedWalks(
            Map.of(
                    "1",
                    "80 > 0",
                    "2",
                    "80 > 0 +0.821 > 0",
                    "3",
                    "80 > 0 +9.72 > 0 +0.47 > 0",
                    "4",
                    "80 > 0 +17.5 > 0 +2.52 > 0 +0.17 > 0"),
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(
                    "2",
                    "80 > 0 +2.52 > 0",
                    "3",
                    "80 > 0 +9.72 > 0 +0.47 > 0",
                    "4",
                    "80 > 0 +17.5 > 0 +2.52 > 0 +0.17 > 0"),
            Map.of("1", "0 +0.3 > 0", "2", "0 +0.3 > 0 +0.1 > 0"));

    /** What a walk is for. */
    public enum Purpose {
        SAMPLE,
        INVERT,
        INTERPOLATE,
        SWAP,
        INPAINT,
        RESTORE;

        /** Its name in {@code walks.json}. */
        public String title() {
            return this == SAMPLE ? "generate" : name().toLowerCase(Locale.ROOT);
        }
    }

    /** The walks for a purpose, by number of evaluations. */
    public Map<String, String> of(Purpose purpose) {
        return switch (purpose) {
            case SAMPLE -> generate;
            case INVERT -> invert;
            case INTERPOLATE -> interpolate;
            case SWAP -> swap;
            case INPAINT -> inpaint;
            case RESTORE -> restore;
        };
    }

    /** Sensible walks for an untuned model of a kind; those of a denoiser, which does not walk, are never gone. */
    public static RecommendedWalks untuned(ModelKind kind) {
        return kind == ModelKind.CONSISTENCY ? MULTISTEP : UNTUNED;
    }

    /**
     * These walks, but where those for a purpose are the ones of {@link #UNTUNED}, which plain consistency models were given too once and
     * which stand in for absent ones, those of the kind.
     */
    RecommendedWalks orUntunedOf(ModelKind kind) {
        RecommendedWalks own = untuned(kind);
        return new RecommendedWalks(
                chosen(Purpose.SAMPLE, own),
                chosen(Purpose.INVERT, own),
                chosen(Purpose.INTERPOLATE, own),
                chosen(Purpose.SWAP, own),
                chosen(Purpose.INPAINT, own),
                chosen(Purpose.RESTORE, own));
    }

    private Map<String, String> chosen(Purpose purpose, RecommendedWalks own) {
        return of(purpose).equals(UNTUNED.of(purpose)) ? own.of(purpose) : of(purpose);
    }

    /** These walks with another one of {@code nfe} evaluations for a purpose. */
    public RecommendedWalks with(Purpose purpose, int nfe, String walk) {
        Map<String, String> changed = sorted(of(purpose));
        changed.put(Integer.toString(nfe), walk);
        return switch (purpose) {
            case SAMPLE -> new RecommendedWalks(changed, invert, interpolate, swap, inpaint, restore);
            case INVERT -> new RecommendedWalks(generate, changed, interpolate, swap, inpaint, restore);
            case INTERPOLATE -> new RecommendedWalks(generate, invert, changed, swap, inpaint, restore);
            case SWAP -> new RecommendedWalks(generate, invert, interpolate, changed, inpaint, restore);
            case INPAINT -> new RecommendedWalks(generate, invert, interpolate, swap, changed, restore);
            case RESTORE -> new RecommendedWalks(generate, invert, interpolate, swap, inpaint, changed);
        };
    }

    public RecommendedWalks {
        generate = Collections.unmodifiableMap(sorted(generate));
        invert = Collections.unmodifiableMap(sorted(invert));
        interpolate = completed(interpolate, invert);
        swap = completed(swap, invert);
        inpaint = Collections.unmodifiableMap(sorted(inpaint.isEmpty() ? INPAINT : inpaint));
        restore = Collections.unmodifiableMap(sorted(restore.isEmpty() ? RESTORE : restore));
    }

    /** By ascending evaluations, which are numbers without leading zeros. */
    private static Map<String, String> sorted(Map<String, String> walks) {
        Map<String, String> sorted =
                new TreeMap<>(Comparator.comparing(String::length).thenComparing(Comparator.naturalOrder()));
        sorted.putAll(walks);
        return sorted;
    }

    /** The walks to noise and back, and for each inversion that has none the way straight back. */
    private static Map<String, String> completed(Map<String, String> own, Map<String, String> inversions) {
        Map<String, String> walks = sorted(Map.of());
        inversions.forEach((nfe, inversion) -> walks.put(nfe, inversion + " > 0"));
        walks.putAll(own);
        return Collections.unmodifiableMap(walks);
    }
}
