package org.bcm4j.app.commands;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bcm4j.app.CommandProcess;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.TinyModel;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.SafetensorsFile;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That what is written computes the same is {@code OnnxFileTest}'s. */
class ExportCommandTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeModel() {
        TinyModel.write(directory.resolve("model"));
    }

    @Test
    void writesAnOnnxGraphWithItsConfiguration() throws Exception {
        Outcome outcome = export("onnx", "new/tiny.onnx");
        assertThat(outcome.out())
                .isEqualTo(
                        "wrote new/tiny.onnx: ADM U-Net, width 8 x [1], blocks 1, joint conditioning, 2 classes, 15,969"
                                + " parameters%n".formatted());
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        String bytes = Files.readString(directory.resolve("new/tiny.onnx"), StandardCharsets.ISO_8859_1);
        assertThat(bytes).contains("InstanceNormalization", "out.2.weight", "labels");
        assertThat(bytes).contains(ConfigFile.toJson(new ModelFolder(directory.resolve("model")).config()));
    }

    @Test
    void writesTheWeightsWithTheirConfiguration() throws Exception {
        assertThat(export("safetensors", "tiny.safetensors").exitCode()).isZero();
        try (Scope scope = Scope.open()) {
            SafetensorsFile file = Safetensors.read(directory.resolve("tiny.safetensors"));
            String json = requireNonNull(file.metadata().get("config"));
            ModelConfig config = ConfigFile.parse(json, "metadata", ModelConfig.class);
            ModelFolder folder = new ModelFolder(directory.resolve("model"));
            assertThat(config).isEqualTo(folder.config());
            try (Weights weights = folder.weights(config.network().build().layout(), Device.CPU)) {
                assertThat(file.tensors()).containsOnlyKeys(weights.views().keySet());
                weights.views()
                        .forEach((name, view) -> assertThat(file.tensor(name).equal(view))
                                .as(name)
                                .isTrue());
            }
        }
    }

    @Test
    void whatWasExportedIsImportedWithoutOptions() throws Exception {
        export("safetensors", "tiny.safetensors");
        Outcome outcome = CommandProcess.in(directory).run("import", "tiny.safetensors", "--out", "again.v2");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        ModelFolder before = new ModelFolder(directory.resolve("model"));
        ModelFolder after = new ModelFolder(directory.resolve("again.v2"));
        assertThat(after.config()).isEqualTo(before.config());
        assertThat(after.walks()).isEqualTo(before.walks());
        assertThat(after.sha256()).isEqualTo(before.sha256());

        Outcome named = CommandProcess.in(directory).run("import", "tiny.safetensors", "--as", "bcm", "--out", "named");
        assertThat(named.exitCode()).isEqualTo(2);
        assertThat(named.err())
                .isEqualTo(
                        ("bcm: --as: tiny.safetensors was written by bcm export and describes itself, so this option has"
                                        + " no effect; omit it%n")
                                .formatted());

        Outcome bare = CommandProcess.in(directory).run("import", "model/model.safetensors", "--out", "bare");
        assertThat(bare.exitCode()).isEqualTo(2);
        assertThat(bare.err())
                .isEqualTo(("bcm: model/model.safetensors: has the weights of a model folder without their config.json;"
                                + " copy the folder as it is, or write one file of it with `bcm export`%n")
                        .formatted());
        try (Scope scope = Scope.open()) {
            Safetensors.write(
                    directory.resolve("theirs.safetensors"),
                    Safetensors.read(directory.resolve("tiny.safetensors")).tensors(),
                    Map.of("format", "pt"));
        }
        Outcome theirs = CommandProcess.in(directory).run("import", "theirs.safetensors", "--out", "theirs");
        assertThat(theirs.err()).startsWith("bcm: --as: needed for theirs.safetensors; choose bcm, ict,");
    }

    @Test
    void leavesWhatIsThere() throws Exception {
        Files.writeString(directory.resolve("kept.onnx"), "kept");
        Outcome outcome = export("onnx", "kept.onnx");
        assertThat(outcome.err())
                .isEqualTo("bcm: --out kept.onnx: already exists; choose another name or remove it%n".formatted());
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(directory.resolve("kept.onnx")).hasContent("kept");
    }

    private Outcome export(String format, String out) throws IOException, InterruptedException {
        return CommandProcess.in(directory).run("export", "model", "--format", format, "--out", out);
    }
}
