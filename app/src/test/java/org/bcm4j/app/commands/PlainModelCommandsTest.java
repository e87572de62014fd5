package org.bcm4j.app.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.CommandSession;
import org.bcm4j.app.Pictures;
import org.bcm4j.app.TinyModel;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.model.RecommendedWalks;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the commands do with a plain consistency model, which leads to time 0 only. */
class PlainModelCommandsTest {
    private static final String REFUSAL =
            "plain: is a plain consistency model, which cannot invert images; use a bidirectional model for this command";

    @TempDir
    static Path shared;

    @AutoClose
    private static final CommandSession session = CommandSession.in(() -> shared);

    @BeforeAll
    static void writeInputs() throws IOException {
        TinyModel.writePlain(shared.resolve("plain"));
        TinyModel.writePlain(shared.resolve("old"));
        ConfigFile.write(shared.resolve("old/walks.json"), RecommendedWalks.UNTUNED);
        TinyModel.writePlain(shared.resolve("wrong"));
        ConfigFile.write(
                shared.resolve("wrong/walks.json"),
                RecommendedWalks.MULTISTEP.with(RecommendedWalks.Purpose.SAMPLE, 2, "80 > 1.5 > 0"));
        Pictures.grey(shared.resolve("a.png"), TinyModel.SIDE, TinyModel.SIDE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sample plain -n 2 --out made.png                          | 80 > 0 +0.821 > 0 (2 NFE)",
                "sample old -n 2 --out made.png                            | 80 > 0 +0.821 > 0 (2 NFE)",
                "sample old -n 2 --nfe 4 --out made.png                    | 80 > 0 +17.5 > 0 +2.52 > 0 +0.17 > 0 (4 NFE)",
                "inpaint plain a.png --box 1,1,3,3 --nfe 3 --out three  | 80 > 0 +9.72 > 0 +0.47 > 0 (3 NFE)",
                "inpaint plain a.png --box 1,1,3,3 --out many          | (18 NFE)",
                "inpaint old a.png --box 1,1,3,3 --method cm --nfe 2 --refine 1 --out refined | 80 > 0 +2.52 > 0 +0.117 > 0 (3 NFE)",
                "restore plain a.png --out restored                           | 0 +0.3 > 0 +0.1 > 0 (2 NFE)",
                "superres plain a.png --factor 2 --nfe 2 --out larger  | 80 > 0 +2.52 > 0 (2 NFE)",
                "stroke plain a.png --out painted                            | 0 +4 > 0 +1 > 0 (2 NFE)",
                "denoise plain a.png --sigma 0.5 --out clean               | 0.5 > 0 (1 NFE)"
            })
    void walksInMultipleSteps(String command, String walk) throws Exception {
        Outcome outcome = run(command.strip());
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains("walk ").contains(walk.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "invert plain a.png --out x.npz                        | @REFUSAL",
                "invert plain a.png --walk 0+0.07>80 --refine 2 --out x.npz | @REFUSAL",
                "reconstruct plain a.png --out x                       | @REFUSAL",
                "interpolate plain a.png a.png --out x.png            | @REFUSAL",
                "swap plain a.png --from-class 0 --to-class 1 --out x  | @REFUSAL",
                "eval-edits plain --out x.json                          | @REFUSAL",
                "tune plain --for invert                                | @REFUSAL",
                "sample plain --walk 80>1.2>0 --out x.png               | walk \"80 > 1.2 > 0\": this model is a plain"
                        + " consistency model, which leads to 0 only, not to 1.2; go to 0 and add noise there, as"
                        + " \"80 > 0 +1.2 > 0\" does",
                "sample wrong --out x.png                               | the model's walks.json, generate 2: walk"
                        + " \"80 > 1.5 > 0\": this model is a plain consistency model, which leads to 0 only, not to 1.5;"
                        + " go to 0 and add noise there, as \"80 > 0 +1.2 > 0\" does",
                "tune plain --for sample --walk 80>1.2>0                | walk \"80 > 1.2 > 0\": this model is a plain"
                        + " consistency model, which leads to 0 only, not to 1.2; go to 0 and add noise there, as"
                        + " \"80 > 0 +1.2 > 0\" does",
                "inpaint plain a.png --box 1,1,3,3 --method bcm --out x | --method bcm: this model is a plain consistency model, which cannot invert images; omit the option, or use a bidirectional model",
                "restore plain a.png --walk 0+0.07>2>0 --out x         | walk \"0 +0.07 > 2 > 0\": this model is a plain"
                        + " consistency model, which leads to 0 only, not to 2; go to 0 and add noise there, as"
                        + " \"80 > 0 +1.2 > 0\" does",
                "eval plain --metrics mse --out x.json                  | --metrics: mse, psnr, ssim, noise and midpoints measure inversions, but this model is a plain consistency model, which cannot invert images; omit them, or use a bidirectional model",
                "eval plain --walk 80>2>0 --out x.json                  | walk \"80 > 2 > 0\": this model is a plain"
                        + " consistency model, which leads to 0 only, not to 2; go to 0 and add noise there, as"
                        + " \"80 > 0 +1.2 > 0\" does"
            })
    void refusesWhatNeedsInversion(String command, String message) throws Exception {
        List<String> before = session.files();
        Outcome outcome = run(command.strip());
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err().lines())
                .hasSize(1)
                .first()
                .asString()
                .endsWith(message.strip().replace("@REFUSAL", REFUSAL));
        assertThat(outcome.out()).isEmpty();
        assertThat(session.files()).isEqualTo(before);
    }

    @Test
    void infoTellsItsOwnWalks() throws Exception {
        assertThat(run("info old").out())
                .containsPattern("3 +80 > 0 \\+9.72 > 0 \\+0.47 > 0 +-")
                .doesNotContain("1.2")
                .doesNotContain("swap");
    }

    private static Outcome run(String command) throws IOException {
        return session.run(command.split(" +"));
    }
}
