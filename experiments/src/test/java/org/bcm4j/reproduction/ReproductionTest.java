package org.bcm4j.reproduction;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.DataSource;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.TinyData;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.features.FeatureTraining;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.journal.Journal;
import org.bcm4j.metrics.MeasuringListener;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stage of the coverage, which needs no model, beside results of another version. */
class ReproductionTest {
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    /** Says nothing. */
    private static final ReproductionListener SILENT = new ReproductionListener() {
        @Override
        public void said(String line) {}

        @Override
        public Journal training(String run, long done, long total) {
            return Journal.all(List.of());
        }

        @Override
        public MeasuringListener measuring() {
            return MeasuringListener.NONE;
        }
    };

    @BeforeAll
    static void writeInputs() throws IOException {
        LabelledImages images = TinyData.images(40, 1);
        for (int i = 0; i < images.size(); i++) {
            Path picture = shared.resolve("pictures")
                    .resolve(i % 2 == 0 ? "upper" : "lower")
                    .resolve(i + ".png");
            Files.createDirectories(picture.getParent());
            try (Scope scope = Scope.open()) {
                ImageFiles.writePng(picture, images.bytes(i).select(0, 0));
            }
        }
        Files.writeString(shared.resolve("tiny.yaml"), """
                training:
                  data: {kind: image-folder, directory: %s, held_out: 20}
                  network: {image_size: 8, image_channels: 1, width: 8, multipliers: [1], blocks: 1, attention: [],
                    head_width: 8, conditioning: joint, classes: 2, null_class: true}
                  label_dropout: 0.1
                  batch_size: 4
                  stages:
                    - steps: 1
                      terms: [{kind: bidirectional-consistency}]
                      curriculum: {kind: doubling, s0: 2, s1: 4}
                """.formatted(shared.resolve("pictures")));
        DataSource data = experiment().read().training().data();
        new FeatureTraining(0, 1)
                .run(data.training(), data.test(), shared.resolve("features"), (step, steps, loss) -> {});
    }

    private static ExperimentFile experiment(String... settings) {
        return new ExperimentFile(shared.resolve("tiny.yaml"), List.of(settings));
    }

    @BeforeEach
    void writePlanAndOldResults() throws IOException {
        Files.createDirectories(folder.resolve("work"));
        Files.writeString(folder.resolve("work/plan.json"), "{\"minutes\": 1, \"seconds_per_image\": 0.001}");
        Path old = Files.createDirectories(folder.resolve("report/results"));
        Files.writeString(old.resolve("edits.json"), "{\"of\": \"another version\"}");
        Provenance provenance = new Provenance("midpoints", "0123", "bcm", Map.of(), "data", "cpu", "fp32");
        ConfigFile.write(old.resolve("initial-noise.json"), new InitialNoise.Result(provenance, List.of()));
    }

    private Results coverage(String... settings) {
        try (FeatureNetwork features = FeatureNetwork.open(shared.resolve("features"))) {
            return new Reproduction(
                            experiment(settings), folder.resolve("report"), folder.resolve("work"), features, SILENT)
                    .run(Optional.empty(), Optional.of("coverage"))
                    .orElseThrow();
        }
    }

    @Test
    void oneStageIsMeasuredBesideResultsThatDoNotCount() {
        Results results = coverage();

        assertThat(results.coverage()).isPresent();
        assertThat(results.edits()).isEmpty();
        assertThat(results.initialNoise()).isEmpty();
        Claim.Judgements judged = Claim.Judgements.of(results);
        assertThat(ConfigFile.read(folder.resolve("report/claims.json"), Claim.Judgements.class))
                .isEqualTo(judged);
        assertThat(judged.claims()).allSatisfy(claim -> {
            boolean old = List.of("edits", "initial-noise").contains(claim.stage());
            assertThat(claim.verdict()).isEqualTo(Verdict.UNDECIDED);
            assertThat(claim.lack())
                    .isEqualTo(old ? Optional.of("measured with other models or settings") : Optional.empty());
        });
        assertThat(results.protocol()).isPresent();
        assertThat(folder.resolve("work/measuring.json"))
                .as("of runs to be trained")
                .doesNotExist();
    }

    /** Figures of another device or precision are other figures. */
    @Test
    void aResultNamesItsDeviceAndPrecisionAndCountsForNoOther() {
        Results single = coverage("training.device=cpu", "training.precision=fp32");
        assertThat(origin(single).device()).isEqualTo("cpu");
        assertThat(origin(single).precision()).isEqualTo("fp32");

        Results half = coverage("training.device=cpu", "training.precision=bf16");
        assertThat(origin(half).precision()).isEqualTo("bf16");
        assertThat(single.coverage())
                .as("replaced by figures of another precision")
                .isEmpty();
    }

    private static Provenance origin(Results results) {
        return results.coverage().orElseThrow().provenance();
    }
}
