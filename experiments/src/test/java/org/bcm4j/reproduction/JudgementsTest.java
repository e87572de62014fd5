package org.bcm4j.reproduction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.reproduction.InventedFigures.PROVENANCE;
import static org.bcm4j.reproduction.InventedFigures.around;
import static org.bcm4j.reproduction.InventedFigures.inverted;
import static org.bcm4j.reproduction.InventedFigures.noises;
import static org.bcm4j.reproduction.InventedFigures.repaired;
import static org.bcm4j.reproduction.InventedFigures.sampled;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.reproduction.ReproductionConfig.Measuring;
import org.bcm4j.reproduction.TunedWalks.Kind;
import org.bcm4j.training.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stored results decide, and what they lack to decide anything. */
class JudgementsTest {
    @TempDir
    private Path folder;

    /** Of which those with the fingerprint of {@link InventedFigures#PROVENANCE} count. */
    private Results results() {
        return results("print");
    }

    private Results results(String fingerprint) {
        return new Results(
                folder,
                Reproduction.stages().stream()
                        .collect(Collectors.toUnmodifiableMap(stage -> stage, stage -> fingerprint)));
    }

    @Test
    void withoutResultsNothingIsDecided() {
        assertThat(Claim.Judgements.of(results()).claims())
                .hasSize(Claim.values().length)
                .allSatisfy(judgement -> {
                    assertThat(judgement.verdict()).isEqualTo(Verdict.UNDECIDED);
                    assertThat(judgement.comparisons()).isEmpty();
                    assertThat(judgement.lack()).isEmpty();
                    assertThat(Reproduction.stages()).contains(judgement.stage());
                });
    }

    /** Half of BCM's defects is below the ODE's in both cases. */
    @Test
    void anOdeWhoseNoiseIsNoNoiseIsNoYardstick() {
        assertThat(gaussianJudgement(noises(NoiseStatistics.Source.ODE, 43, 0.14), 0.2))
                .satisfies(judged -> {
                    assertThat(judged.verdict()).isEqualTo(Verdict.HELD);
                    assertThat(judged.lack()).isEmpty();
                });
        assertThat(gaussianJudgement(noises(NoiseStatistics.Source.ODE, 43, 0.16), 0.2))
                .satisfies(judged -> {
                    assertThat(judged.verdict()).isEqualTo(Verdict.UNDECIDED);
                    assertThat(Verdict.of(judged.comparisons())).isEqualTo(Verdict.HELD);
                    assertThat(judged.lack())
                            .contains("the ODE's noise, with which BCM's is compared, is no noise yet: its largest"
                                    + " autocorrelation is 0.16, that of drawn noise 0.050; allow more minutes");
                });
        assertThat(gaussianJudgement(noises(NoiseStatistics.Source.ODE, 43, 0.1, 0, 0.52), 0.15)
                        .lack())
                .hasValueSatisfying(lack -> assertThat(lack).contains("its |deviation - 1| is 0.48,"));
    }

    private Claim.Judgement gaussianJudgement(NoiseStatistics.Row ode, double ofBcm) {
        NoiseStatistics.Row drawn = noises(NoiseStatistics.Source.DRAWN, 0, 0.05);
        ConfigFile.write(
                results().file("noise-statistics"),
                new NoiseStatistics.Result(
                        PROVENANCE, List.of(noises(NoiseStatistics.Source.BCM, 2, ofBcm), ode, drawn)));
        return judgement(Claim.Judgements.of(results()), Claim.GAUSSIAN_NOISE);
    }

    /** The combination beats the others clearly: by numbers of a model that draws nothing, and by numbers of one that does. */
    @Test
    void modelsThatHaveLearntNothingDecideNothing() {
        generationIs(40);
        Claim.Judgements all = Claim.Judgements.of(results());
        Claim.Judgement judged = judgement(all, Claim.COMBINATION);
        assertThat(Verdict.of(judged.comparisons())).isEqualTo(Verdict.HELD);
        assertThat(judged.verdict()).isEqualTo(Verdict.UNDECIDED);
        assertThat(all.lack())
                .contains(
                        "BCM's best samples are 40.0 times as far from real images as blurred ones, and more than 3 times"
                                + " is not an image yet; allow more minutes");

        generationIs(2);
        assertThat(judgement(Claim.Judgements.of(results()), Claim.COMBINATION).verdict())
                .isEqualTo(Verdict.HELD);
    }

    private static Claim.Judgement judgement(Claim.Judgements all, Claim claim) {
        return all.claims().stream()
                .filter(judged -> judged.claim() == claim)
                .findFirst()
                .orElseThrow();
    }

    private void generationIs(double best) {
        samplesAre(best, 0.5);
    }

    private void samplesAre(double best, double ofConsistencyModel) {
        ConfigFile.write(
                results().file("generation-against-nfe"),
                new GenerationAgainstNfe.Result(
                        PROVENANCE,
                        List.of(
                                sampled(Kind.ANCESTRAL, 2, best + 3),
                                sampled(Kind.ZIGZAG, 3, best + 2),
                                sampled(Kind.COMBINED, 4, best),
                                sampled(Kind.MULTISTEP, 1, ofConsistencyModel))));
    }

    @Test
    void inversionsThatBringNothingBackDecideNothing() {
        ConfigFile.write(
                results().file("inversion-against-nfe"),
                new InversionAgainstNfe.Result(PROVENANCE, List.of(inverted("bcm", 2, 0.4), inverted("heun", 20, 2))));
        assertThat(Claim.Judgements.of(results()).lack())
                .hasValueSatisfying(
                        lack -> assertThat(lack).startsWith("BCM's inversion has an error of 0.40, and above 0.05"));
    }

    @Test
    void anAblationOfWhatHasLearntNothingDecidesNothing() {
        Claim.Judgement far = ablationsJudgement(around(3.4), around(0.02));
        assertThat(Verdict.of(far.comparisons())).isEqualTo(Verdict.HELD);
        assertThat(far.verdict()).isEqualTo(Verdict.UNDECIDED);
        assertThat(far.lack())
                .contains("Eq. 9's samples are 3.4 times as far from real images as blurred ones, and more than 3 times"
                        + " is not an image yet; allow more minutes");
        assertThat(ablationsJudgement(around(2), around(0.06)).lack())
                .contains("Eq. 9's inversion has an error of 0.060, and above 0.05 no image comes back yet; allow more"
                        + " minutes");
        Claim.Judgement learnt = ablationsJudgement(around(2), around(0.04));
        assertThat(learnt.lack()).isEmpty();
        assertThat(learnt.verdict()).isEqualTo(Verdict.HELD);
    }

    private Claim.Judgement ablationsJudgement(ConfidenceInterval distance, ConfidenceInterval error) {
        ConfidenceInterval bad = around(20);
        ConfigFile.write(
                results().file("ablations"),
                new Ablations.Result(
                        PROVENANCE,
                        List.of(
                                new Ablations.Variant(Run.EQ9, distance, Optional.of(error)),
                                new Ablations.Variant(Run.EQ8, distance, Optional.of(bad)),
                                new Ablations.Variant(Run.NO_CT, bad, Optional.of(bad)))));
        return judgement(Claim.Judgements.of(results()), Claim.ABLATIONS);
    }

    @Test
    void aConsistencyModelThatHasLearntNothingIsNoRival() {
        ConfigFile.write(
                results().file("edits"),
                new Edits.Result(PROVENANCE, List.of(repaired(Run.BCM, 2, 1), repaired(Run.ICT, 4, 2)), List.of()));
        samplesAre(2, 3.4);
        Claim.Judgement judged = judgement(Claim.Judgements.of(results()), Claim.INPAINTING);
        assertThat(judged.verdict()).isEqualTo(Verdict.UNDECIDED);
        assertThat(judged.lack())
                .contains("iCT's best samples are 3.4 times as far from real images as blurred ones, and more than 3"
                        + " times is not an image yet; allow more minutes");
        samplesAre(2, 2.9);
        assertThat(judgement(Claim.Judgements.of(results()), Claim.INPAINTING).verdict())
                .isEqualTo(Verdict.HELD);
    }

    @Test
    void noiseOfFewImagesDecidesNothing() {
        protocolIs(new Measuring(2, 100, 99, 2, 2, 2, 1, 2));
        NoiseStatistics.Row ode = noises(NoiseStatistics.Source.ODE, 43, 0.1);
        assertThat(gaussianJudgement(ode, 0.1).lack())
                .contains("only 99 images a seed were inverted, and 100 are the least; allow more minutes");
        protocolIs(new Measuring(2, 100, 100, 2, 2, 2, 1, 2));
        assertThat(gaussianJudgement(ode, 0.1).verdict()).isEqualTo(Verdict.HELD);
    }

    /** By figures that would hold. */
    @Test
    void distancesOfFewImagesDecideNothing() {
        ConfigFile.write(
                results().file("edits"),
                new Edits.Result(PROVENANCE, List.of(repaired(Run.BCM, 2, 1), repaired(Run.ICT, 4, 2)), List.of()));
        ConfigFile.write(
                results().file("midpoints"), new Midpoints.Result(PROVENANCE, "there", "back", around(1), around(2)));
        protocolIs(new Measuring(2, 100, 2, 99, 100, 2, 1, 2));
        Claim.Judgements few = Claim.Judgements.of(results());
        assertThat(few.lack()).isEmpty();
        assertThat(judgement(few, Claim.DIFFERENT_NOISES).verdict()).isEqualTo(Verdict.HELD);
        assertThat(judgement(few, Claim.INPAINTING).verdict()).isEqualTo(Verdict.UNDECIDED);
        assertThat(judgement(few, Claim.INPAINTING).lack())
                .contains("only 99 images a seed were edited, and 100 are the least; allow more minutes");

        protocolIs(new Measuring(2, 100, 2, 100, 99, 2, 1, 2));
        Claim.Judgements others = Claim.Judgements.of(results());
        assertThat(judgement(others, Claim.INPAINTING).verdict()).isEqualTo(Verdict.HELD);
        assertThat(judgement(others, Claim.DIFFERENT_NOISES).verdict()).isEqualTo(Verdict.UNDECIDED);

        protocolIs(new Measuring(2, 99, 2, 100, 100, 2, 1, 2));
        assertThat(Claim.Judgements.of(results()).lack())
                .contains("only 99 samples a walk were measured, and 100 are the least; allow more minutes");
    }

    private void protocolIs(Measuring measuring) {
        TrainingConfig training = new ExperimentFile(Path.of("../configs/reproduction.yaml"), List.of())
                .read()
                .training();
        ConfigFile.write(
                folder.resolve(Results.PROTOCOL), new Protocol(45, 0.01, 1000, training, List.of(), measuring));
    }

    @Test
    void whatWasMeasuredWithOtherModelsDecidesNothing() throws IOException {
        generationIs(2);
        Files.writeString(results().file("edits"), "{\"of\": \"another version\"}");
        Claim.Judgements now = Claim.Judgements.of(results("other"));
        for (Claim claim : List.of(Claim.COMBINATION, Claim.INPAINTING)) {
            assertThat(judgement(now, claim).verdict()).isEqualTo(Verdict.UNDECIDED);
            assertThat(judgement(now, claim).comparisons()).isEmpty();
            assertThat(judgement(now, claim).lack()).contains("measured with other models or settings");
        }
        assertThat(judgement(now, Claim.DIFFERENT_NOISES).lack())
                .as("never measured")
                .isEmpty();
    }

    @Test
    void judgementsAreKept() {
        Claim.Judgements judgements = Claim.Judgements.of(results());
        ConfigFile.write(folder.resolve("claims.json"), judgements);
        assertThat(ConfigFile.read(folder.resolve("claims.json"), Claim.Judgements.class))
                .isEqualTo(judgements);
    }
}
