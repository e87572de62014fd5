package org.bcm4j.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.bcm4j.interop.GoldenCheck.Comparison;
import org.bcm4j.parity.Fixture;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On copies of a fixture, whole and damaged. That whole ones of every kind agree is {@code NetworkParityTest}'s. */
class GoldenCheckTest {
    @TempDir
    Path folder;

    @BeforeEach
    void copy() throws IOException {
        for (String name : new String[] {"config.json", "model.safetensors", "io.safetensors"}) {
            Files.copy(Fixture.folder("bcm_adm_uncond").resolve(name), folder.resolve(name));
        }
    }

    @Test
    void reportsEveryOutputOfEveryCase() {
        GoldenCheck.Report report = new GoldenCheck().run(folder);
        assertThat(report.passed()).isTrue();
        assertThat(report.comparisons())
                .extracting(comparison -> comparison.caseName() + " " + comparison.output())
                .containsExactly("u_lt_t F", "u_lt_t f", "u_gt_t F", "u_gt_t f");
        assertThat(report.comparisons()).allSatisfy(comparison -> {
            assertThat(comparison.passed()).isTrue();
            assertThat(comparison.maxAbsoluteError()).isNotNegative();
        });
    }

    @Test
    void failsAnOutputThatDiffersByMoreThanTheTolerance() {
        edit(
                "io.safetensors",
                tensors -> tensors.computeIfPresent("u_gt_t/F", (name, expected) -> expected.add(scalar(1e-3))));
        GoldenCheck.Report report = new GoldenCheck().run(folder);
        assertThat(report.passed()).isFalse();
        assertThat(report.comparisons())
                .filteredOn(comparison -> !comparison.passed())
                .singleElement()
                .satisfies(failed -> {
                    assertThat(failed.caseName() + " " + failed.output()).isEqualTo("u_gt_t F");
                    assertThat(failed.maxAbsoluteError()).isBetween(0.9e-3, 1.1e-3);
                });
    }

    /** In the order in which they are computed, whatever the file's is. */
    @Test
    void comparesThePartsOfTheNetwork() {
        assertThat(new GoldenCheck().run(folder).parts())
                .extracting(Comparison::output)
                .containsExactly(
                        "emb_t",
                        "emb_u",
                        "emb_align",
                        "emb",
                        "middle_block.1.attention_in_qkv",
                        "middle_block.1.attention_out");
    }

    @Test
    void comparesAPartThatWasRecordedWholeAndAsASummaryWithBoth() {
        edit("io.safetensors", tensors -> {
            tensors.put("u_lt_t/act_stats/emb", HostTensors.ofFloats(new float[12], 3, 4));
            tensors.computeIfPresent("u_lt_t/act/emb", (name, whole) -> whole.add(scalar(1)));
        });
        assertThat(new GoldenCheck().run(folder).parts())
                .filteredOn(comparison -> !comparison.passed())
                .extracting(Comparison::output)
                .containsExactlyInAnyOrder("emb", "emb (summary)");
    }

    @Test
    void namesTheFirstPartThatDiffers() {
        edit(
                "model.safetensors",
                tensors -> tensors.computeIfPresent(
                        "time_embed_align.weight", (name, weight) -> weight.mul(scalar(1.01))));
        GoldenCheck.Report report = new GoldenCheck().run(folder);
        assertThat(report.passed()).isFalse();
        assertThat(report.firstDivergence()).map(Comparison::output).contains("emb_align");
        assertThat(report.parts())
                .filteredOn(Comparison::passed)
                .extracting(Comparison::output)
                .contains("emb_u");
    }

    @Test
    void refusesPartsThatTheNetworkLacks() {
        edit(
                "io.safetensors",
                tensors -> tensors.put("u_lt_t/act/input_blocks.99", HostTensors.ofFloats(new float[3], 3)));
        assertRefused("io.safetensors: part \"input_blocks.99\" is not a part of the network");
        edit("io.safetensors", tensors -> {
            tensors.remove("u_lt_t/act/input_blocks.99");
            tensors.put("u_lt_t/act/emb", HostTensors.ofFloats(new float[6], 3, 2));
        });
        assertRefused("recorded part \"emb\" has shape [3, 2], the network's has [3, 128]");
    }

    /** EDM's two networks and score SDE's, and the plain consistency model, whose weights are stored; and one of summaries. */
    @ParameterizedTest
    @CsvSource({
        "ncsnpp_edm, 113795, 10, 7",
        "ddpmpp_edm, 112139, 10, 7",
        "ncsnpp_song, 113795, 6, 1",
        "ict_adm, 326819, 0, 2",
        "formula_bcm_adm_topo64, 6048483, 30, 2"
    })
    void otherNetworksAgreePartByPart(String name, long parameters, int parts, int outputs) {
        GoldenCheck.Report report = new GoldenCheck().run(Fixture.folder(name));
        assertThat(report.parameters()).isEqualTo(parameters);
        assertThat(report.parts()).hasSize(parts);
        assertThat(report.comparisons()).hasSize(outputs);
        // Measured: 2.2e-6 for parts and outputs alike.
        assertThat(report.firstDivergence()).isEmpty();
    }

    /** The networks of CIFAR-10's size: 56 million parameters by formula, every block by a summary; half a minute on a busy core. */
    @ParameterizedTest
    @Tag("large")
    @CsvSource({"formula_ncsnpp_cifar10_full, 41", "formula_ddpmpp_cifar10_full, 39"})
    void networksOfFullSizeAgreePartByPart(String name, int parts) {
        GoldenCheck.Report report = new GoldenCheck().run(Fixture.folder(name));
        assertThat(report.parts()).hasSize(parts);
        assertThat(report.comparisons()).extracting(Comparison::output).containsExactly("F", "D");
        assertThat(report.firstDivergence()).isEmpty();
    }

    @Test
    void notANumberNeverPasses() {
        edit(
                "model.safetensors",
                tensors -> tensors.computeIfPresent("out.2.bias", (name, bias) -> bias.mul(scalar(Double.NaN))));
        assertThatThrownBy(() -> new GoldenCheck().run(folder))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("parameter out.2.bias holds NaN or infinity");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"arch\": \"BCM/cm/unet_bcf.py UNetModel\" | \"arch\": \"Other\" | config.json: arch is \"Other\"",
                "\"arch\": \"BCM/cm/unet_bcf.py UNetModel\", | '' | config.json: arch is missing",
                "\"dropout\": 0, | \"use_fp16\": 1, | config.json: kwargs: unknown [use_fp16]",
                "\"num_res_blocks\": 1, | '' | config.json: kwargs: num_res_blocks is missing",
                "\"num_res_blocks\": 1, | \"num_res_blocks\": 0, | num_res_blocks must be a positive whole number, is"
                        + " 0",
                "\"image_size\": 16, | \"image_size\": 15, | attention_resolutions are rates that divide image_size"
                        + " 15, 2 does not",
                "\"num_head_channels\": 16, | \"num_head_channels\": 24, | kwargs: invalid network: head_width must divide",
                "\"out_channels\": 3, | \"out_channels\": 6, | in_channels and out_channels differ",
                "\"resblock_updown\": true | \"resblock_updown\": false | resblock_updown is false",
                "\"num_classes\": null, | \"num_classes\": 10, | model.safetensors: parameter label_emb.weight is"
                        + " missing",
                "\"kwargs\": { | \"kwargs\": { { | config.json:3: is not JSON",
                "\"seed_io\": 1511, | \"SALT\": \"x\", | config.json: SALT must be a whole number, is \"x\"",
            })
    void refusesConfigurationsThatItDoesNotUnderstand(String part, String replacement, String message)
            throws IOException {
        Path file = folder.resolve("config.json");
        String config = Files.readString(file);
        assertThat(config).contains(part);
        Files.writeString(file, config.replace(part, replacement));
        assertRefused(message);
    }

    @Test
    void refusesRecordingsThatDoNotFit() {
        edit("io.safetensors", tensors -> tensors.remove("u_gt_t/u"));
        assertRefused("io.safetensors: tensor \"u_gt_t/u\" is missing");
        edit("io.safetensors", tensors -> tensors.put("u_gt_t/u", HostTensors.ofFloats(new float[2], 2)));
        assertRefused("tensor \"u_gt_t/u\" has shape [2], the network and its input need [3]");
        edit("io.safetensors", tensors -> tensors.put("u_gt_t/u", HostTensors.ofFloats(new float[3], 3)));
        assertRefused("tensor \"u_gt_t/u\" must hold positive noise scales");
        edit("io.safetensors", tensors -> tensors.put("u_lt_t/F", HostTensors.ofFloats(new float[768], 1, 3, 16, 16)));
        assertRefused("tensor \"u_lt_t/F\" has shape [1, 3, 16, 16]");
        edit("io.safetensors", tensors -> tensors.keySet().removeIf(name -> name.endsWith("x_t")));
        assertRefused("io.safetensors: has no case");
    }

    @Test
    void refusesClassesThatTheNetworkLacks() throws IOException {
        for (String name : new String[] {"config.json", "model.safetensors", "io.safetensors"}) {
            Files.delete(folder.resolve(name));
            Files.copy(Fixture.folder("bcm_adm").resolve(name), folder.resolve(name));
        }
        edit("io.safetensors", tensors -> tensors.put("y", HostTensors.ofLongs(new long[] {0, 10, 1}, 3)));
        assertRefused("tensor \"y\" must hold classes from 0 to 9");
    }

    @Test
    void refusesAFolderThatIsNone() {
        assertThatThrownBy(() -> new GoldenCheck().run(folder.resolve("nowhere")))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("cannot read " + folder.resolve("nowhere/config.json"));
    }

    private void edit(String name, Consumer<Map<String, Tensor>> change) {
        try (Scope scope = Scope.open()) {
            Path file = folder.resolve(name);
            Map<String, Tensor> tensors =
                    new LinkedHashMap<>(Safetensors.read(file).tensors());
            change.accept(tensors);
            Safetensors.write(file, tensors, Map.of());
        }
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> new GoldenCheck().run(folder))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message);
    }
}
