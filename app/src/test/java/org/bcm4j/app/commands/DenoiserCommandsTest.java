package org.bcm4j.app.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.CommandSession;
import org.bcm4j.app.Pictures;
import org.bcm4j.app.TinyModel;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the commands do with a denoiser, the EDM baseline. */
class DenoiserCommandsTest {
    @TempDir
    static Path shared;

    @AutoClose
    private static final CommandSession session = CommandSession.in(() -> shared);

    @BeforeAll
    static void writeInputs() throws IOException {
        TinyModel.write(shared.resolve("bcm"));
        TinyModel.writeDenoiser(shared.resolve("edm"));
        Pictures.grey(shared.resolve("a.png"), TinyModel.SIDE, TinyModel.SIDE);
    }

    @Test
    void samplesAlongTheOde() throws Exception {
        Outcome first = run("sample edm --sampler heun --steps 5 -n 3 --class cat --seed 7 --out first.png");
        assertThat(first.err()).isEmpty();
        assertThat(first.out())
                .isEqualTo(
                        "wrote first.png: N = 3, ODE 80 > 0, heun, 5 steps (9 NFE), class cat, seed 7%n".formatted());
        run("sample edm --steps 5 -n 3 --class 0 --seed 7 --out again.png");
        assertThat(shared.resolve("again.png")).hasSameBinaryContentAs(shared.resolve("first.png"));
    }

    @Test
    void invertsAndReconstructs() throws Exception {
        Outcome inverted = run("invert edm a.png --sampler euler --steps 5 --out noises.npz");
        assertThat(inverted.err()).isEmpty();
        assertThat(inverted.out()).contains("ODE 0 > 80, euler, 5 steps (4 NFE), no class");
        assertThat(shared.resolve("noises.npz")).exists();

        Outcome reconstructed = run("reconstruct edm a.png --sampler ddim --steps 40 --out back");
        assertThat(reconstructed.err()).isEmpty();
        assertThat(reconstructed.out()).contains("ODE 0 > 80 > 0, ddim, 40 steps (79 NFE), no class");
        assertThat(reconstructed.out()).containsPattern("mean +0\\.0\\d+ ");
    }

    @Test
    void infoTellsTheSamplersInPlaceOfWalks() throws Exception {
        assertThat(run("info edm").out())
                .containsPattern("sampler +a denoiser: --sampler")
                .doesNotContain("--nfe");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sample edm --walk 80>0 --out x.png      | --walk \"80>0\": this model is a denoiser, which cannot follow walks; use --sampler and --steps to choose how its ODE is solved",
                "invert edm a.png --nfe 2 --out x.npz   | --nfe 2: this model is a denoiser, which cannot follow walks; use --sampler and --steps to choose how its ODE is solved",
                "eval edm --walk 80>0 --out x.json       | --walk \"80>0\": this model is a denoiser, which cannot follow walks; use --sampler and --steps to choose how its ODE is solved",
                "reconstruct bcm a.png --steps 9 --out x | --steps: is for denoisers, but this model is not one; choose a walk with --walk",
                "sample bcm --sampler heun --out x.png   | --sampler: is for denoisers, but this model is not one; choose a walk with --walk",
                "eval bcm --sampler heun --out x.json    | --sampler: is for denoisers, but this model is not one; choose a walk with --walk",
                "sample edm --steps 1 --out x.png        | --steps 1: choose from 2 to 10000",
                "sample edm --sampler heun,ddim --out x.png | --sampler and --steps: this command takes one of each; bcm eval takes several",
                "invert edm a.png --refine 3 --out x.npz | --refine 3: a denoiser cannot generate images in one evaluation; omit the option, or use a consistency model",
                "inpaint edm a.png --box 0,0,2,2 --out x | : is a denoiser, which this command cannot use; use a consistency model, or one of the commands sample, invert, reconstruct and eval",
                "interpolate edm a.png a.png --out x.png | : is a denoiser, which this command cannot use; use a bidirectional model, or one of the commands sample, invert, reconstruct and eval",
                "tune edm --for sample                   | : is a denoiser, which this command cannot use; use a consistency model, or one of the commands sample, invert, reconstruct and eval"
            })
    void refusesWhatIsForTheOtherKind(String command, String message) throws Exception {
        List<String> before = session.files();
        Outcome outcome = run(command.strip());
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err().lines()).hasSize(1).first().asString().endsWith(message.strip());
        assertThat(outcome.out()).isEmpty();
        assertThat(session.files()).isEqualTo(before);
    }

    private static Outcome run(String command) throws IOException {
        return session.run(command.split(" +"));
    }
}
