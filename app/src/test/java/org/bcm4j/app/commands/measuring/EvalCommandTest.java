package org.bcm4j.app.commands.measuring;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bcm4j.app.CommandProcess;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.CommandSession;
import org.bcm4j.app.Pictures;
import org.bcm4j.app.TinyModel;
import org.bcm4j.app.console.MarkdownTables;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.metrics.evaluation.EvaluationReport;
import org.bcm4j.metrics.evaluation.InterpolationQuality;
import org.bcm4j.metrics.evaluation.InversionQuality;
import org.bcm4j.metrics.evaluation.SampleReport;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.RecommendedWalks;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Measuring on a data set that bcm does not know by name: a folder of pictures of cats and dogs. */
class EvalCommandTest {
    private static final int PICTURES = 30;

    /** A sixteenth as wide as the real one. */
    private static final Path INCEPTION = Path.of("../core/src/test/resources/parity/inception_fid/full_scaled")
            .resolve("model.safetensors")
            .toAbsolutePath()
            .normalize();

    private static final String HOME =
            "-Dbcm.home=" + Path.of("..").toAbsolutePath().normalize();

    @TempDir
    static Path shared;

    @AutoClose
    private static final CommandSession session = new CommandSession(() -> new CommandProcess(shared, List.of(HOME)));

    @TempDir
    Path directory;

    @BeforeAll
    static void writeInputs() throws Exception {
        TinyModel.write(shared.resolve("bcm"));
        TinyModel.writeDenoiser(shared.resolve("edm"));
        for (String animal : TinyModel.CLASSES) {
            pictures(shared.resolve("pictures").resolve(animal), TinyModel.SIDE);
        }
        pictures(shared.resolve("larger/cat"), 12);
        pictures(shared.resolve("larger/dog"), 12);
        pictures(shared.resolve("birds/duck"), TinyModel.SIDE);
        pictures(shared.resolve("birds/goose"), TinyModel.SIDE);
        pictures(shared.resolve("unsorted"), TinyModel.SIDE);
        for (String name : new String[] {"pictures", "larger", "birds", "unsorted"}) {
            Files.writeString(
                    shared.resolve(name + ".yaml"),
                    "data: {kind: image-folder, directory: %s, held_out: 12}%nsteps: not looked at%n"
                            .formatted(shared.resolve(name)));
        }
        Files.writeString(shared.resolve("typo.yaml"), "data: {kind: image-folder, directry: x}\n");
        Outcome trained = CommandProcess.in(shared)
                .run("features", "train", "--data", "pictures.yaml", "--epochs", "1", "--out", "features");
        assertThat(trained.exitCode()).as(trained.err()).isZero();
    }

    private static void pictures(Path folder, int side) throws IOException {
        Pictures.random(folder, PICTURES, side, BufferedImage.TYPE_BYTE_GRAY);
    }

    @Test
    void measuresAModelOnThePicturesOfAConfiguration() throws Exception {
        Outcome outcome = run(
                "eval @bcm --data @pictures.yaml --features @features --samples 20 --walk 80>0 --walk 0+0.07>80 --out m.json");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.err())
                .startsWith("bcm: warning: of 20 samples and 12 images the distance is too high on average;");
        assertThat(outcome.out())
                .contains("12 images of pictures test, 20 samples a walk, seed 0")
                .contains("in brackets: 95 % bounds by the bootstrap, seed 0")
                .containsPattern("0 \\+0\\.07 > 80 +1\\+1 +true +0\\.\\d{5} \\[0\\.\\d{5}, 0\\.\\d{5}\\]")
                .containsPattern("drawn +-?0\\.\\d{3} +[01]\\.\\d{3} ")
                .containsPattern("0 \\+0\\.07 > 80 +within class +\\d ");
        EvaluationReport report = ConfigFile.read(directory.resolve("m.json"), EvaluationReport.class);
        assertThat(report.protocol().data()).isEqualTo("pictures test");
        assertThat(report.generation().get(0).frechetDistanceBounds()).isPresent();
        assertThat(report.inversion()).hasSize(2).allSatisfy(figures -> {
            assertThat(figures.noise()).isPresent();
            assertThat(figures.recovery()).isPresent();
        });
        assertThat(report.drawnNoise()).isPresent();
        assertThat(report.interpolation().orElseThrow()).hasSize(2);

        // The same as a model card tells it.
        Path model = directory.resolve("copy");
        TinyModel.write(model);
        Files.copy(directory.resolve("m.json"), model.resolve("metrics.json"));
        Outcome told = run("info copy --figures");
        assertThat(told.exitCode()).as(told.err()).isZero();
        assertThat(told.out()).isEqualTo(MarkdownTables.of(report)).contains("| drawn noise |  | ", " within class | ");
    }

    @Test
    void anOdeCanBeginWithALittleNoise() throws Exception {
        Outcome outcome = run("eval @edm --data @pictures.yaml --features @features --steps 4 --initial-noise 0.03"
                + " --metrics noise,midpoints --out m.json");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        EvaluationReport report = ConfigFile.read(directory.resolve("m.json"), EvaluationReport.class);
        assertThat(report.generation()).isEmpty();
        assertThat(report.inversion())
                .extracting(InversionQuality.Figures::walk)
                .containsOnly("0 +0.03 > 80, heun, 4 steps");
        assertThat(report.interpolation().orElseThrow())
                .extracting(InterpolationQuality.Figures::generation)
                .containsOnly("80 > 0, heun, 4 steps");
    }

    /** Where there are walks to noise and back, midpoints need no others; and a walk of which only the error is measured ends anywhere. */
    @Test
    void aMetricNeedsTheWalksThatItMeasures() throws Exception {
        Path model = directory.resolve("own");
        TinyModel.write(model);
        new ModelFolder(model)
                .store(new RecommendedWalks(
                        Map.of(), Map.of(), Map.of("2", "0 +0.1 > 5 > 80 > 0"), Map.of(), Map.of(), Map.of()));
        String options = " --data @pictures.yaml --out m.json";
        Outcome midpoints = run("eval own --metrics midpoints --features @features" + options);
        assertThat(midpoints.exitCode()).as(midpoints.err()).isZero();
        EvaluationReport report = ConfigFile.read(directory.resolve("m.json"), EvaluationReport.class);
        assertThat(report.interpolation().orElseThrow())
                .extracting(InterpolationQuality.Figures::inversion)
                .containsOnly("0 +0.1 > 5 > 80");

        Outcome errors = run("eval own --metrics mse,noise --walk 0+0.07>6 --walk 0+0.07>80" + options);
        assertThat(errors.exitCode()).as(errors.err()).isZero();
        report = ConfigFile.read(directory.resolve("m.json"), EvaluationReport.class);
        assertThat(report.inversion())
                .extracting(figures -> figures.walk() + " " + figures.noise().isPresent())
                .contains("0 +0.07 > 6 false", "0 +0.07 > 80 true");
    }

    @Test
    void measuresEverySamplerOfADenoiser() throws Exception {
        Outcome outcome = run("eval @edm --data @pictures.yaml --split train --sampler heun,ddim"
                + " --steps 3,4 --metrics mse,psnr --out m.json");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.err()).doesNotContain("warning");
        EvaluationReport report = ConfigFile.read(directory.resolve("m.json"), EvaluationReport.class);
        assertThat(report.generation()).isEmpty();
        assertThat(report.protocol().images()).isEqualTo(2 * PICTURES - 12);
        // With the true classes and without.
        assertThat(report.inversion())
                .extracting(figures -> figures.walk() + ": " + figures.nfe() + "+"
                        + figures.regenerationNfe().orElseThrow())
                .containsExactly(
                        "0 > 80, heun, 3 steps: 4+5",
                        "0 > 80, heun, 3 steps: 4+5",
                        "0 > 80, heun, 4 steps: 6+7",
                        "0 > 80, heun, 4 steps: 6+7",
                        "0 > 80, ddim, 3 steps: 2+3",
                        "0 > 80, ddim, 3 steps: 2+3",
                        "0 > 80, ddim, 4 steps: 3+4",
                        "0 > 80, ddim, 4 steps: 3+4");
    }

    @Test
    void measuresSamplesThatAnyoneMade() throws Exception {
        Outcome outcome = run("eval @birds/duck --data @pictures --features @features --seed 4 --out m.json");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.err())
                .startsWith("bcm: warning: of 30 samples and 60 images the distance is too high on average;");
        assertThat(outcome.out())
                .containsPattern("30 samples of .*duck against 60 images of .*pictures")
                .containsPattern("distance +\\d+\\.\\d{5} \\[");
        SampleReport report = ConfigFile.read(directory.resolve("m.json"), SampleReport.class);
        assertThat(report.protocol().seed()).isEqualTo(4);
        assertThat(report.protocol().featuresSha256()).isPresent();
        assertThat(report.features()).isPresent();
        assertThat(report.inception()).isEmpty();

        // The same pictures, by the name of their data set: all that are not held out.
        Outcome configured = run("eval @birds/duck --data @pictures.yaml --split train --images 20 --features @features"
                + " --out n.json");
        assertThat(configured.exitCode()).as(configured.err()).isZero();
        assertThat(configured.out()).contains("against 20 images of pictures train");
    }

    /** The FID is against the images of the file, the other figures against those that were named. */
    @Test
    void statisticsAreNamedWhereTheyAreTheReference() throws Exception {
        String options = " --inception " + INCEPTION + " --statistics st.npz --out m.json --data ";
        assertThat(run("eval @pictures/cat --metrics fid" + options + "@pictures/cat")
                        .out())
                .containsPattern("30 samples of .*cat against 30 images of .*cat\n");

        Outcome both = run("eval @pictures/cat --metrics fid,kid" + options + "@birds/duck");
        assertThat(both.exitCode()).as(both.err()).isZero();
        assertThat(both.out())
                .containsPattern("against 30 images of .*duck, the FID against the statistics in st.npz\n")
                .containsPattern("FID +0\\.00000");
        SampleReport.Protocol protocol =
                ConfigFile.read(directory.resolve("m.json"), SampleReport.class).protocol();
        assertThat(protocol.data()).endsWith("duck");
        assertThat(protocol.statistics()).contains("st.npz");

        assertThat(run("eval @pictures/cat --metrics fid" + options + "@birds/duck")
                        .out())
                .containsPattern("30 samples of .*cat against the statistics in st.npz\n");
        protocol =
                ConfigFile.read(directory.resolve("m.json"), SampleReport.class).protocol();
        assertThat(protocol.data()).isEqualTo("st.npz");
        assertThat(protocol.images()).isEmpty();

        assertThat(run("eval @bcm --samples 4 --walk 80>0 --metrics fid" + options + "@pictures.yaml")
                        .out())
                .contains("FID against the statistics in st.npz");

        for (String nowhere :
                new String[] {"/nonexistent", "nowhere.npz", "nowhere.yaml", "@pictures.yaml --images 99"}) {
            Outcome outcome = run("eval @pictures/cat --metrics fid" + options + nowhere);
            assertThat(outcome.exitCode()).as(nowhere).isEqualTo(2);
            assertThat(outcome.err()).startsWith("bcm: ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "eval @bcm --data train                        | --data train: names the data set; write --split train to choose the part to measure on",
                "eval @bcm --data mnist                        | --data mnist: is not a data set; choose fashion-mnist, cifar10 or a configuration",
                "eval @bcm --data cifar10                      | --data cifar10: give the folder of its binary version with --data-dir",
                "eval @bcm --data @pictures.yaml --data-dir x  | already says where its data are; omit the option",
                "eval @bcm --data @typo.yaml                   | unknown key \"directry\" in data; did you mean \"directory\"?",
                "eval @bcm --data @larger.yaml --features @features | the model takes images of 1 x 8 x 8, but those of larger test are 1 x 12 x 12; use the data",
                "eval @bcm --data @birds.yaml --features @features | the model's 2 classes (cat, dog) are not the 2 (duck, goose) of birds test; use the data",
                "eval @bcm --data @pictures.yaml               | the feature network takes images of 1 x 28 x 28, but those of pictures test are 1 x 8 x 8; train one",
                "eval-edits @bcm --data @larger.yaml --features @features | the model takes images of 1 x 8 x 8, but those of larger test are 1 x 12 x 12; use the data",
                "tune @bcm --for invert --data @larger.yaml    | the model takes images of 1 x 8 x 8, but those of larger are 1 x 12 x 12; use the data",
                "eval @bcm --metrics fid                       | --metrics fid: needs the weights of the Inception network; give",
                "eval @bcm --statistics x.npz                  | --statistics x.npz: are for the FID; add fid to --metrics",
                "eval @bcm --walk 80>0 --metrics ssim          | --walk: no walk fits --metrics; give one from noise to images for fid,",
                "eval @bcm --metrics mse --walk 80>0 --walk 0+0.07>80 | walk \"80 > 0\": none of --metrics measures samples, so this walk has no effect; omit it",
                "eval @bcm --metrics fd --walk 80>0 --walk 0+0.07>80 | walk \"0 +0.07 > 80\": none of --metrics measures inversions, so this walk has no effect",
                "eval @bcm --metrics noise --walk 0+0.07>6     | walk \"0 +0.07 > 6\": noise is measured of inversions that end at 80; let it end there, as",
                "eval @bcm --metrics mse,noise --walk 0+0.07>6 | walk \"0 +0.07 > 6\": noise is measured of inversions that end at 80; let it end there, as",
                "eval @bcm --metrics fd --inception x.pth      | --inception: what is measured needs no Inception network, so this option has no effect; omit it",
                "eval @bcm --walk 0+0.07>80 --inception x.pth  | --inception: what is measured needs no Inception network, so this option has no effect; omit it",
                "eval @bcm --metrics fid --inception x.pth --features @features | --features: the samples are measured by the Inception network alone, so this option",
                "eval @bcm --metrics mse --features @features  | --features: inversions are judged without a feature network, so this option has no effect; omit it",
                "eval @bcm --metrics mse,noise --samples 20    | --samples: no metric of samples is asked for, so this option has no effect; omit it",
                "eval @pictures --inception x.pth --features @features | --features: the samples are measured by the Inception network alone, so this option",
                "tune @bcm --for invert --features @features   | --features: inversions are judged by their errors, so this option has no effect; omit it",
                "eval @bcm --data @pictures.yaml --features @features --metrics midpoints --images 3 | midpoints need at least 2 pairs of images, which the first 3 of pictures test do not make",
                "eval-edits @bcm --data @pictures.yaml --features @features --images 200 | there are 12 images in pictures test, not 200; ask for fewer",
                "eval @bcm --initial-noise 0.03                | --initial-noise 0.03: is for denoisers, but this model is not one; write the noise into --walk,",
                "eval @edm --initial-noise 1                   | --initial-noise 1.0: choose from 0 to below 1, such as 0.03",
                "info @bcm --figures                           | create it with `bcm eval ",
                "eval @pictures --metrics fd,mse               | --metrics mse: measures inversions, but ",
                "eval @pictures --walk 80>0                    | holds samples, so this option has no effect; omit it",
                "eval @pictures --data @birds --split train --features @features | holds images, so this option has no effect; omit it",
                "eval @pictures --data @larger --features @features | do not fit the feature network, which takes images of",
                "features train --data @unsorted.yaml --out f  | these images have only one class; name their classes"
            })
    void refusesWhatDoesNotFit(String command, String message) throws Exception {
        List<String> before = session.files();
        Outcome outcome = session.run(words(command.strip()));
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.err().lines().reduce((first, second) -> second).orElse(""))
                .startsWith("bcm: ")
                .contains(message.strip());
        assertThat(session.files()).isEqualTo(before);
    }

    private Outcome run(String command) throws IOException, InterruptedException {
        return new CommandProcess(directory, List.of(HOME)).run(words(command));
    }

    private static String[] words(String command) {
        return Stream.of(command.split(" +"))
                .map(word ->
                        word.startsWith("@") ? shared.resolve(word.substring(1)).toString() : word)
                .toArray(String[]::new);
    }
}
