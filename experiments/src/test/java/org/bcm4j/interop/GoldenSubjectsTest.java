package org.bcm4j.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bcm4j.interop.GoldenCheck.Comparison;
import org.bcm4j.network.Conditioning;
import org.bcm4j.parity.Fixture;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.BidirectionalInitialization;
import org.bcm4j.training.IctFixture;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that no configuration describes in full: the FID's network and its blocks, the start of fine-tuning; and folders without weights. */
class GoldenSubjectsTest {
    @TempDir
    Path folder;

    /** Measured: 2.1e-7. */
    @ParameterizedTest
    @CsvSource({
        "FIDInceptionA, 1008",
        "InceptionB, 1360",
        "FIDInceptionC, 1170",
        "InceptionD, 5888",
        "FIDInceptionE_1, 14280",
        "FIDInceptionE_2, 14280"
    })
    void blocksOfInceptionAgree(String block, long parameters) {
        GoldenCheck.Report report = new GoldenCheck().run(Fixture.folder("inception_fid/" + block));
        assertThat(report.parameters()).isEqualTo(parameters);
        assertThat(report.comparisons()).extracting(Comparison::output).containsExactly("y");
        assertThat(report.passed()).isTrue();
    }

    /** The folder's name alone tells an average from a maximum; the weights are as good for either. */
    @Test
    void theOtherPoolingIsFound() throws IOException {
        Path other = copy("inception_fid/FIDInceptionE_1", "FIDInceptionE_2");
        assertThat(new GoldenCheck().run(other).passed()).isFalse();
    }

    /** Measured: 4.0e-7. */
    @Test
    void inceptionAgreesPartByPart() {
        GoldenCheck.Report report = new GoldenCheck().run(Fixture.folder("inception_fid/full_scaled"));
        assertThat(report.comparisons())
                .extracting(Comparison::output)
                .containsExactly("features", "logits_nobias", "probs_nobias");
        assertThat(report.parts())
                .hasSize(21)
                .first()
                .extracting(Comparison::output)
                .isIn("resized_mean", "resized_crop");
        assertThat(report.parts().get(20).output()).isEqualTo("avgpool/Mixed_7c");
        assertThat(report.firstDivergence()).isEmpty();
    }

    /** 24 million weights by formula. Measured: 1.4e-6. */
    @Test
    void inceptionOfFullWidthAgreesPartByPart() {
        GoldenCheck.Report report = new GoldenCheck().run(Fixture.folder("formula_inception_fid"));
        assertThat(report.parameters()).isEqualTo(23_884_384);
        assertThat(report.parts()).hasSize(16);
        assertThat(report.comparisons()).extracting(Comparison::output).containsExactly("features", "logits_nobias");
        assertThat(report.firstDivergence()).isEmpty();
    }

    @Test
    void theFirstDivergenceOfInceptionIsWhereItsWeightDiffers() throws IOException {
        Path copy = copy("inception_fid/full_scaled", "copy");
        String name = "Mixed_6c.branch7x7_2.conv.weight";
        edit(
                copy.resolve("model.safetensors"),
                weights -> weights.computeIfPresent(name, (key, weight) -> weight.mul(scalar(1.1))));
        assertThat(new GoldenCheck().run(copy).firstDivergence())
                .map(Comparison::output)
                .contains("avgpool/Mixed_6c");
        edit(copy.resolve("model.safetensors"), weights -> weights.remove(name));
        assertThatThrownBy(() -> new GoldenCheck().run(copy))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("model.safetensors: parameter " + name + " is missing");
    }

    @Test
    void imagesThatInceptionDoesNotTakeAreRefused() throws IOException {
        Path copy = copy("inception_fid/FIDInceptionA", "FIDInceptionA");
        edit(copy.resolve("io.safetensors"), tensors -> tensors.put("x", Device.CPU.zeros(2, 5, 9, 10)));
        assertThatThrownBy(() -> new GoldenCheck().run(copy))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("io.safetensors: tensor \"x\" must be [B,4,H,W]");
        edit(copy.resolve("io.safetensors"), tensors -> tensors.remove("x"));
        assertThatThrownBy(() -> new GoldenCheck().run(copy))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("io.safetensors: tensor \"x\" is missing");
    }

    /** Configuration and recordings lie with the consistency model; measured: 1.2e-6. */
    @Test
    void theStartOfFineTuningAgrees() throws IOException {
        Path start = startOfFineTuning();
        GoldenCheck.Report report = new GoldenCheck().run(start);
        assertThat(report.parameters()).isEqualTo(380_323);
        assertThat(report.comparisons())
                .extracting(comparison -> comparison.caseName() + " " + comparison.output())
                .containsExactly("u=0.002 F", "u=0.002 f", "u=0.7 F", "u=0.7 f", "u=80.0 F", "u=80.0 f");
        assertThat(report.firstDivergence()).isEmpty();
    }

    /** This network is deaf to its embeddings, for its norms have one channel a group: another weight has to differ. */
    @Test
    void anotherStartIsFound() throws IOException {
        Path start = startOfFineTuning();
        edit(
                start.resolve("model.safetensors"),
                weights -> weights.computeIfPresent("out.2.bias", (name, bias) -> bias.add(scalar(0.01))));
        assertThat(new GoldenCheck().run(start).comparisons()).noneMatch(Comparison::passed);
    }

    private Path startOfFineTuning() throws IOException {
        Path start = copy("ict_adm", "ict_adm").resolve("bcm_init");
        Files.createDirectory(start);
        try (Scope scope = Scope.open();
                Weights consistency = IctFixture.weights();
                Weights weights = BidirectionalInitialization.from(
                        consistency,
                        "ict_adm",
                        IctFixture.network(Conditioning.ALIGNED).layout(),
                        Device.CPU)) {
            Safetensors.write(start.resolve("model.safetensors"), weights.views(), Map.of());
        }
        return start;
    }

    @ParameterizedTest
    @ValueSource(strings = {"schedules", "metrics", "radam_ema"})
    void foldersWithoutWeightsAreRefused(String name) {
        assertThatThrownBy(() -> new GoldenCheck().run(Fixture.folder(name)))
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith(name + ": holds no weights to check, neither model.safetensors nor model.pt nor a"
                        + " SALT in config.json; add those that the recordings are of");
    }

    @Test
    void theRefusalTellsWhereTheWeightsAre() throws IOException {
        assertThatThrownBy(() -> new GoldenCheck().run(Fixture.folder("samplers")))
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith("; its numbers are of the weights in ../bcm_adm");
        copy("inception_fid/InceptionB", "InceptionB");
        copy("inception_fid/FIDInceptionA", "FIDInceptionA");
        Files.writeString(folder.resolve("config.json"), "{}");
        assertThatThrownBy(() -> new GoldenCheck().run(folder))
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith("; check one of the folders in it: FIDInceptionA, InceptionB");
    }

    private Path copy(String fixture, String name) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(name));
        for (String file : List.of("config.json", "model.safetensors", "io.safetensors")) {
            Files.copy(Fixture.folder(fixture).resolve(file), copy.resolve(file));
        }
        return copy;
    }

    private static void edit(Path file, Consumer<Map<String, Tensor>> change) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> tensors =
                    new LinkedHashMap<>(Safetensors.read(file).tensors());
            change.accept(tensors);
            Safetensors.write(file, tensors, Map.of());
        }
    }
}
