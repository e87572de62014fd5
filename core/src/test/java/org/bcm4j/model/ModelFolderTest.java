package org.bcm4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFolderTest {
    private static final ModelConfig CONFIG = new ModelConfig(
            ModelConfig.FORMAT,
            ModelKind.BIDIRECTIONAL,
            new AdmConfig(8, 1, 1, 0, 8, List.of(1), 1, List.of(), 8, false, 0, 16, Conditioning.JOINT, 0, false, true),
            "nothing",
            List.of());

    @TempDir
    Path directory;

    private Path folder;

    @BeforeEach
    void write() {
        folder = directory.resolve("model");
        try (SeededGenerator generator = new SeededGenerator(1, testDevice());
                Weights weights = Weights.initialized(layout(), generator, testDevice())) {
            ModelFolder.write(folder, CONFIG, weights, RecommendedWalks.UNTUNED, "A model.\n");
        }
    }

    private static WeightLayout layout() {
        return CONFIG.network().build().layout();
    }

    /** Before any key that this version does not know: "unknown key" would not tell what to do. */
    @ParameterizedTest
    @CsvSource({
        "bcm4j model 2, too new, 'use the version that wrote it, or a newer one'",
        "bcm4j model 0, too old, 'create it again, or use the version that wrote it'"
    })
    void aConfigurationOfAnotherVersionIsRefused(String format, String age, String remedy) throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("\"" + ModelConfig.FORMAT + "\"", "\"" + format + "\", \"unheard_of\": [1]"));
        assertThatThrownBy(() -> new ModelFolder(folder).config())
                .isInstanceOf(UserException.class)
                .hasMessage(file + ": is " + age + ": it is a \"" + format
                        + "\", and this version of bcm4j reads \"bcm4j model 1\"; " + remedy);
    }

    /** Such as example pictures and figures. */
    @Test
    void filesOfOthersStayWhenTheModelIsWrittenAgain() throws IOException {
        Files.createDirectories(folder.resolve("examples/deep"));
        Files.writeString(folder.resolve("examples/deep/a.txt"), "mine");
        Files.writeString(folder.resolve("README.md"), "An edited card.");
        write();
        assertThat(folder.resolve("examples/deep/a.txt")).hasContent("mine");
        assertThat(folder.resolve("README.md")).hasContent("A model.\n");
        assertThat(new ModelFolder(folder).config()).isEqualTo(CONFIG);
    }

    @Test
    void filesOfOthersAreCopiedWhateverTheyAre() throws IOException {
        Files.createSymbolicLink(folder.resolve("latest"), Path.of("nowhere"));
        Path notes = Files.writeString(folder.resolve("notes.txt"), "mine");
        Files.setPosixFilePermissions(notes, PosixFilePermissions.fromString("r--r--r--"));
        Path examples = Files.createDirectory(folder.resolve("examples"));
        Files.writeString(examples.resolve("a.txt"), "mine");
        Files.setPosixFilePermissions(examples, PosixFilePermissions.fromString("r-xr-xr-x"));
        Files.writeString(folder.resolve(".walks.json.1f.tmp"), "killed in the middle");
        write();
        write();
        assertThat(Files.readSymbolicLink(folder.resolve("latest"))).isEqualTo(Path.of("nowhere"));
        assertThat(notes).hasContent("mine");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(notes)))
                .isEqualTo("r--r--r--");
        assertThat(examples.resolve("a.txt")).hasContent("mine");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(examples)))
                .isEqualTo("r-xr-xr-x");
        assertThat(folder.resolve(".walks.json.1f.tmp")).doesNotExist();
        assertThat(directory.toFile().list()).containsExactly("model");
        Files.setPosixFilePermissions(examples, PosixFilePermissions.fromString("rwxr-xr-x")); // to be deleted
    }

    @Test
    void whatIsNoModelIsTold() throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(file, Files.readString(file).replace(ModelConfig.FORMAT, "bcm4j features 1"));
        assertThatThrownBy(() -> new ModelFolder(folder).config())
                .hasMessageContaining("format must be \"bcm4j model 1\", is \"bcm4j features 1\"");
    }

    @Test
    void aNetworkOfAnotherKindOfModelIsRefused() throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(file, Files.readString(file).replace("\"joint\"", "\"time\""));
        assertThatThrownBy(() -> new ModelFolder(folder).config())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("network must have conditioning: joint or aligned, because a bidirectional model"
                        + " takes a target time");
    }

    @Test
    void weightsOfAnotherVersionAreRefusedButNotThoseOfAnotherProgram() {
        Path file = folder.resolve("model.safetensors");
        ModelFolder model = new ModelFolder(folder);
        try (Weights weights = model.weights(layout(), testDevice())) {
            Safetensors.write(file, weights.views(), Map.of("format", "pt"));
            try (Weights again = model.weights(layout(), testDevice())) {
                assertThat(again.flat().equal(weights.flat())).isTrue();
            }
            Safetensors.write(file, weights.views(), Map.of("format", "bcm4j model 2"));
            assertThatThrownBy(() -> model.weights(layout(), testDevice()))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining(file + ": is too new: it is a \"bcm4j model 2\"");
        }
    }
}
