package org.bcm4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.walk.Move;
import org.bcm4j.walk.ThereAndBack;
import org.bcm4j.walk.Walk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecommendedWalksTest {
    @TempDir
    Path directory;

    private RecommendedWalks read(String json) throws IOException {
        Path file = directory.resolve("walks.json");
        Files.writeString(file, json);
        return ConfigFile.read(file, RecommendedWalks.class);
    }

    /** As models had it before interpolation and swap had walks of their own. */
    @Test
    void anOldFileInterpolatesAlongItsInversionsAndStraightBack() throws IOException {
        RecommendedWalks walks = read("""
            {"generate": {"1": "80 > 0", "2": "80 > 0 +2 > 0"},
             "invert": {"1": "0 +0.03 > 80", "2": "0 +0.012 > 60 > 80"}}
            """);
        assertThat(walks.interpolate())
                .isEqualTo(Map.of("1", "0 +0.03 > 80 > 0", "2", "0 +0.012 > 60 > 80 > 0"))
                .isEqualTo(walks.swap());
        assertThat(walks.inpaint()).isEqualTo(RecommendedWalks.UNTUNED.inpaint());
    }

    @Test
    void whatIsNamedIsTakenAndTheRestDerived() throws IOException {
        RecommendedWalks walks = read("""
            {"invert": {"1": "0 +0.03 > 80", "2": "0 +0.012 > 60 > 80"},
             "swap": {"2": "0 +0.1 > 2 > 80 > 1 > 0"}}
            """);
        assertThat(walks.swap()).isEqualTo(Map.of("1", "0 +0.03 > 80 > 0", "2", "0 +0.1 > 2 > 80 > 1 > 0"));
        assertThat(walks.interpolate()).containsEntry("2", "0 +0.012 > 60 > 80 > 0");
    }

    @Test
    void fileAndRecordAreTheSame() {
        RecommendedWalks walks = RecommendedWalks.UNTUNED.with(Purpose.INTERPOLATE, 3, "0 +0.1 > 1 > 6 > 80 > 0");
        ConfigFile.write(directory.resolve("walks.json"), walks);
        assertThat(ConfigFile.read(directory.resolve("walks.json"), RecommendedWalks.class))
                .isEqualTo(walks);
    }

    @Test
    void walksAreInTheOrderOfTheirEvaluations() {
        RecommendedWalks walks = RecommendedWalks.UNTUNED
                .with(Purpose.SAMPLE, 18, Walk.multistep(18).toString())
                .with(Purpose.SAMPLE, 10, Walk.multistep(10).toString());
        assertThat(walks.generate().keySet()).containsExactly("1", "2", "3", "4", "10", "18");
    }

    @ParameterizedTest
    @EnumSource(Purpose.class)
    void anotherWalkForOnePurposeLeavesTheOthers(Purpose purpose) {
        RecommendedWalks changed = RecommendedWalks.UNTUNED.with(purpose, 2, "changed");
        assertThat(changed.of(purpose)).containsEntry("2", "changed").containsKeys("4");
        for (Purpose other : Purpose.values()) {
            boolean follows = purpose == Purpose.INVERT && (other == Purpose.INTERPOLATE || other == Purpose.SWAP);
            if (follows) {
                assertThat(changed.of(other))
                        .containsEntry("2", "changed > 0")
                        .containsEntry("4", RecommendedWalks.UNTUNED.of(other).get("4"));
            } else if (other != purpose) {
                assertThat(changed.of(other)).isEqualTo(RecommendedWalks.UNTUNED.of(other));
            }
        }
    }

    /** What model folders of older versions hold, and what stands in for absent walks. */
    @Test
    void aPlainConsistencyModelHasMultistepWalksOnly() {
        RecommendedWalks plain = RecommendedWalks.MULTISTEP;
        assertThat(RecommendedWalks.UNTUNED.orUntunedOf(ModelKind.CONSISTENCY))
                .isEqualTo(RecommendedWalks.untuned(ModelKind.CONSISTENCY))
                .isEqualTo(plain);
        RecommendedWalks tuned = plain.with(Purpose.SAMPLE, 2, "80 > 0 +1.5 > 0");
        assertThat(tuned.orUntunedOf(ModelKind.CONSISTENCY)).isEqualTo(tuned);
        for (ModelKind kind : new ModelKind[] {ModelKind.BIDIRECTIONAL, ModelKind.DENOISER}) {
            assertThat(RecommendedWalks.UNTUNED.orUntunedOf(kind))
                    .isEqualTo(RecommendedWalks.untuned(kind))
                    .isEqualTo(RecommendedWalks.UNTUNED);
        }
        for (Purpose purpose : Purpose.values()) {
            plain.of(purpose).forEach((nfe, text) -> {
                Walk walk = Walk.parse(text);
                assertThat(walk.nfe()).hasToString(nfe);
                assertThat(walk.moves()).allMatch(move -> move instanceof Move.AddNoise || move.to() == 0);
            });
        }
        assertThat(plain.invert()).isEmpty();
        assertThat(plain.interpolate()).isEmpty();
        assertThat(plain.swap()).isEmpty();
        for (int nfe : new int[] {2, 3, 4}) {
            assertThat(plain.inpaint())
                    .containsEntry("" + nfe, Walk.multistep(nfe).toString());
        }
        assertThat(plain.generate()).containsEntry("4", Walk.multistep(4).toString());
    }

    /** A walk that draws noise on its way back would lose the images at the ends. */
    @Test
    void theShippedModelsWalksBringImagesBack() {
        RecommendedWalks shipped = new ModelFolder(Path.of("../models/fashion-mnist")).walks();
        assertThat(shipped.interpolate()).containsEntry("2", "0 +0.0708 > 2.515 > 80 > 0");
        for (RecommendedWalks walks : new RecommendedWalks[] {shipped, RecommendedWalks.UNTUNED}) {
            for (Purpose purpose : new Purpose[] {Purpose.INTERPOLATE, Purpose.SWAP}) {
                assertThat(walks.of(purpose)).isNotEmpty().allSatisfy((nfe, walk) -> {
                    assertThatCode(() -> ThereAndBack.of(Walk.parse(walk))).doesNotThrowAnyException();
                    assertThat(ThereAndBack.of(Walk.parse(walk)).toNoise().nfe())
                            .hasToString(nfe);
                });
            }
        }
    }
}
