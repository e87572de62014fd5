package org.bcm4j.model;

import java.util.Collections;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.bcm4j.config.Default;

/**
 * The recommended walks of a model, in their text form, by number of evaluations ({@code "1"} to {@code "4"}): a model
 * folder's {@code walks.json}. If there are no walks to inpaint or restore, those of {@link #UNTUNED} apply. A missing
 * walk to interpolate or swap is the inversion with the same number of evaluations, then one move back to 0. Which
 * walks a model can follow depends on its kind ({@code walk.PathSampler}).
 *
 * @param generate from noise to images
 * @param invert from images to noise
 * @param interpolate from two images to noise and back, by number of evaluations to noise; noise is added only at the
 *     start ({@code walk.ThereAndBack})
 * @param swap from an image of one class to noise, and back to another class; with the same rules as
 *     {@code interpolate}
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
    /** The move that completes an inversion. */
    private static final String BACK = " > 0";

    private static final Map<String, String> INPAINT =
            Map.of("2", "0 +0.5 > 4 > 0", "3", "0 +0.4 > 1 > 4 > 0", "4", "0 +0.07 > 0.4 > 1 > 2 > 0");
    private static final Map<String, String> RESTORE =
            Map.of("2", "0 +0.07 > 2 > 0", "3", "0 +0.07 > 0.4 > 2 > 0", "4", "0 +0.07 > 0.4 > 1 > 2 > 0");

    /**
     * Default walks for a model that has not been tuned: those of docs/method.md §5 and §6 for small images, but for the
     * inversion of 4 evaluations, which takes smaller steps near the image.
     */
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
     * Default walks for a plain consistency model, which goes to time 0 in every evaluation:
     * {@code walk.Walk.multistep}. The walk of 2 evaluations uses the noise scale of iCT (arXiv 2310.14189) for
     * CIFAR-10. The model does not invert, so there are no walks to invert, interpolate and swap.
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

    /** The number of evaluations to use if none is given. */
    public static final int USUAL_NFE = 2;

    /** The same for inpainting. */
    public static final int USUAL_INPAINTING_NFE = 4;

    /** The purpose of a walk. */
    public enum Purpose {
        SAMPLE,
        INVERT,
        INTERPOLATE,
        SWAP,
        INPAINT,
        RESTORE;

        /** The number of evaluations to use if none is given. */
        public int usualNfe() {
            return this == INPAINT ? USUAL_INPAINTING_NFE : USUAL_NFE;
        }

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

    /** Default walks for an untuned model of a kind. A denoiser follows no walks, so it never uses them. */
    public static RecommendedWalks untuned(ModelKind kind) {
        return kind == ModelKind.CONSISTENCY ? MULTISTEP : UNTUNED;
    }

    /**
     * These walks, with those of the kind for every purpose whose walks equal {@link #UNTUNED}. Absent walks are read
     * as {@link #UNTUNED}, and earlier versions stored them with plain consistency models too.
     */
    public RecommendedWalks orUntunedOf(ModelKind kind) {
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

    /**
     * These walks, with {@code walk} as the walk of {@code nfe} evaluations for a purpose. A walk to interpolate or swap
     * that is the inversion and a move back follows a new inversion.
     */
    public RecommendedWalks with(Purpose purpose, int nfe, String walk) {
        Map<String, String> changed = sorted(of(purpose));
        changed.put(Integer.toString(nfe), walk);
        return switch (purpose) {
            case SAMPLE -> new RecommendedWalks(changed, invert, interpolate, swap, inpaint, restore);
            case INVERT -> new RecommendedWalks(generate, changed, ownOf(interpolate), ownOf(swap), inpaint, restore);
            case INTERPOLATE -> new RecommendedWalks(generate, invert, changed, swap, inpaint, restore);
            case SWAP -> new RecommendedWalks(generate, invert, interpolate, changed, inpaint, restore);
            case INPAINT -> new RecommendedWalks(generate, invert, interpolate, swap, changed, restore);
            case RESTORE -> new RecommendedWalks(generate, invert, interpolate, swap, inpaint, changed);
        };
    }

    /** Those of the walks to noise and back that are no completed inversions. */
    private Map<String, String> ownOf(Map<String, String> walks) {
        Map<String, String> own = sorted(walks);
        own.entrySet().removeIf(walk -> walk.getValue().equals(invert.get(walk.getKey()) + BACK));
        return own;
    }

    public RecommendedWalks {
        generate = Collections.unmodifiableMap(sorted(generate));
        invert = Collections.unmodifiableMap(sorted(invert));
        interpolate = completed(interpolate, invert);
        swap = completed(swap, invert);
        inpaint = Collections.unmodifiableMap(sorted(inpaint.isEmpty() ? INPAINT : inpaint));
        restore = Collections.unmodifiableMap(sorted(restore.isEmpty() ? RESTORE : restore));
    }

    /** Sorts by number of evaluations. The keys are numbers without leading zeros. */
    private static Map<String, String> sorted(Map<String, String> walks) {
        Map<String, String> sorted =
                new TreeMap<>(Comparator.comparing(String::length).thenComparing(Comparator.naturalOrder()));
        sorted.putAll(walks);
        return sorted;
    }

    /** The given walks to noise and back. Each inversion without one is completed by a move straight back to 0. */
    private static Map<String, String> completed(Map<String, String> own, Map<String, String> inversions) {
        Map<String, String> walks = sorted(Map.of());
        inversions.forEach((nfe, inversion) -> walks.put(nfe, inversion + BACK));
        walks.putAll(own);
        return Collections.unmodifiableMap(walks);
    }
}
