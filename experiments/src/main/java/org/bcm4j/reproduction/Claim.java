package org.bcm4j.reproduction;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.bcm4j.reproduction.TunedWalks.Kind;

/** The paper's claims that must hold at any scale (docs/method.md §8), each with the comparisons that test it. */
public enum Claim {
    /** Fig. 13. */
    COMBINATION(
            "The combination of ancestral and zigzag sampling beats either alone.",
            "The best combined walk of at most 4 NFE has a lower distance than the best ancestral and the best zigzag"
                    + " walk of at most 4.",
            "generation-against-nfe",
            results -> results.generation().map(Claim::combination)),
    /** Fig. 7. */
    FEW_EVALUATIONS(
            "BCM with 2 NFE reconstructs better than ODE inversion of a diffusion model with ten times the NFE.",
            "BCM's 2-NFE inversion has a lower error than the inversion of every ODE solver in at most 20 NFE.",
            "inversion-against-nfe",
            results -> results.inversion().map(Claim::fewEvaluations)),
    /** The paper's ablation of inversion. */
    INITIAL_NOISE(
            "A small initial noise lowers the reconstruction error.",
            "At every number of evaluations, the walk with the noise has a lower error than the same without.",
            "initial-noise",
            results -> results.initialNoise().map(Claim::initialNoise)),
    /** Fig. 19. */
    DIFFERENT_NOISES(
            "Different initial noises make better interpolations.",
            "Midpoints of inversions that began with different noises have a lower distance than those of inversions"
                    + " that shared theirs.",
            "midpoints",
            results -> results.midpoints().map(Claim::differentNoises)),
    /** Fig. 16. */
    GAUSSIAN_NOISE(
            "BCM Gaussianizes the input: inverted images are Gaussian noise.",
            "Of the noise that 2 NFE find, the mean, the deviation's difference from 1, the share that the"
                    + " Kolmogorov-Smirnov test tells from N(0,1), the largest autocorrelation of neighbours and the share"
                    + " that the image's 5x5 patch tells (R2) are each less than twice those of the noise to which the ODE"
                    + " of a denoiser leads (mean, deviation and the share: or less than 0.1). Nothing is decided if the ODE's noise"
                    + " itself is far from drawn noise: by 0.1 in mean, deviation or autocorrelation, 0.25 in the share or"
                    + " 0.3 in R2.",
            "noise-statistics",
            results -> results.noiseStatistics().map(Claim::gaussianNoise)),
    /** Figs. 10 to 12. */
    ABLATIONS(
            "Eq. 8 fails to invert, and training without the consistency term fails to converge.",
            "At equal steps, the error of inversion with Eq. 8 is more than twice that with Eq. 9, and the distance of"
                    + " samples without the consistency term more than twice that with it.",
            "ablations",
            results -> results.ablations().map(Claim::ablations)),
    /** The paper's inpainting table. */
    INPAINTING(
            "BCM inpaints better than consistency-model inpainting, with fewer NFE.",
            "BCM's best walk has a lower distance than iCT's inpainting with every number of evaluations above its own.",
            "edits",
            results -> results.edits().map(Claim::inpainting));

    /** The factor by which a result must be worse to count as failing. */
    private static final double FAILURE = 2;

    /**
     * The accepted ratio to the figures of the ODE's noise. The ODE follows the true trajectory except for the
     * denoiser's errors.
     */
    private static final double TOLERANCE = 2;

    private static final String OUTDATED = "measured with other models or settings";

    private final String statement;
    private final String rule;
    private final String stage;

    @SuppressWarnings("ImmutableEnumChecker") // a lambda without captures
    private final Function<Results, Optional<List<Comparison>>> comparisons;

    Claim(String statement, String rule, String stage, Function<Results, Optional<List<Comparison>>> comparisons) {
        this.statement = statement;
        this.rule = rule;
        this.stage = stage;
        this.comparisons = comparisons;
    }

    /**
     * The judgement of a claim.
     *
     * @param statement the claim
     * @param rule the rule by which it is judged
     * @param stage the stage whose figures are compared
     * @param lack the reason why this claim is not decided, whatever its figures are; absent if it can be decided
     * @param comparisons the comparisons with their figures; none if the stage has no result yet
     */
    public record Judgement(
            Claim claim,
            String statement,
            String rule,
            String stage,
            Verdict verdict,
            Optional<String> lack,
            List<Comparison> comparisons) {}

    /**
     * All judgements: {@code claims.json}.
     *
     * @param lack the reason why nothing is decided, whatever the figures are; absent if runs and measurements were
     *     long enough
     */
    public record Judgements(Optional<String> lack, List<Judgement> claims) {
        /** Judges all claims by the available results. */
        public static Judgements of(Results results) {
            Evidence evidence = new Evidence(results);
            return new Judgements(
                    evidence.lack(),
                    Arrays.stream(values())
                            .map(claim -> claim.judge(results, evidence))
                            .toList());
        }
    }

    /** Judges by the available results; {@link Verdict#UNDECIDED} if the stage has none. */
    private Judgement judge(Results results, Evidence evidence) {
        Optional<List<Comparison>> made = comparisons.apply(results);
        Optional<String> lack =
                made.isPresent() ? evidence.lack(this) : Optional.of(OUTDATED).filter(reason -> results.has(stage));
        boolean decidable = lack.or(evidence::lack).isEmpty();
        Verdict verdict = decidable ? Verdict.of(made.orElse(List.of())) : Verdict.UNDECIDED;
        return new Judgement(this, statement, rule, stage, verdict, lack, made.orElse(List.of()));
    }

    static List<Comparison> combination(GenerationAgainstNfe.Result result) {
        GenerationAgainstNfe.Point combined = result.best(Kind.COMBINED, 4);
        return List.of(Kind.ANCESTRAL, Kind.ZIGZAG).stream()
                .map(kind -> result.best(kind, 4))
                .map(alone -> Comparison.below(
                        "combined, " + combined.walk(),
                        combined.distance(),
                        alone.kind().name().toLowerCase(Locale.ROOT) + ", " + alone.walk(),
                        alone.distance()))
                .toList();
    }

    static List<Comparison> fewEvaluations(InversionAgainstNfe.Result result) {
        InversionAgainstNfe.Point bcm = result.bcm(2);
        return result.ode(20).stream()
                .map(ode -> Comparison.below(
                        "bcm, 2 NFE", bcm.error(), ode.method() + ", " + ode.nfe() + " NFE", ode.error()))
                .toList();
    }

    static List<Comparison> initialNoise(InitialNoise.Result result) {
        return result.pairs().stream()
                .map(pair -> Comparison.below(
                        pair.walk(), pair.with(), pair.nfe() + " NFE without the noise", pair.without()))
                .toList();
    }

    static List<Comparison> differentNoises(Midpoints.Result result) {
        return List.of(Comparison.below(
                "different initial noises", result.different(), "shared initial noise", result.shared()));
    }

    static List<Comparison> gaussianNoise(NoiseStatistics.Result result) {
        NoiseStatistics.Row bcm = result.bcm(2);
        NoiseStatistics.Row ode = result.ode();
        return Arrays.stream(NoiseDefect.values())
                .map(defect -> new Comparison(
                        defect.title() + ", bcm, 2 NFE",
                        bcm.figure(defect::of),
                        "the ODE's",
                        Optional.of(ode.figure(defect::ofYardstick)),
                        1 / TOLERANCE))
                .toList();
    }

    static List<Comparison> ablations(Ablations.Result result) {
        Ablations.Variant eq9 = result.of(Run.EQ9);
        Ablations.Variant eq8 = result.of(Run.EQ8);
        Ablations.Variant alone = result.of(Run.NO_CT);
        Optional<Comparison> inversion =
                eq9.error().map(error -> new Comparison("error, Eq. 9", error, "error, Eq. 8", eq8.error(), FAILURE));
        Comparison generation = new Comparison(
                "distance, with the consistency term",
                eq9.distance(),
                "distance, without it",
                Optional.of(alone.distance()),
                FAILURE);
        // If even Eq. 9 gave no finite error, there is nothing to compare.
        return inversion.map(compared -> List.of(compared, generation)).orElse(List.of());
    }

    static List<Comparison> inpainting(Edits.Result result) {
        Edits.Repair bcm = result.inpainting(Run.BCM).stream()
                .min(Comparator.comparingDouble(repair -> repair.distance().mean()))
                .orElseThrow();
        return result.inpainting(Run.ICT).stream()
                .filter(repair -> repair.nfe() > bcm.nfe())
                .map(repair -> Comparison.below(
                        "bcm, " + bcm.nfe() + " NFE",
                        bcm.distance(),
                        "consistency model, " + repair.nfe() + " NFE",
                        repair.distance()))
                .toList();
    }
}
