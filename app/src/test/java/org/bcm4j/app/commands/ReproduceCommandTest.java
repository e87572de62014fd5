package org.bcm4j.app.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bcm4j.app.CommandProcess;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.Pictures;
import org.bcm4j.app.TinyExperiment;
import org.bcm4j.reproduction.Reproduction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The paper's experiments on pictures of 8 x 8 and a network of 16,000 parameters, which train for seconds. */
class ReproduceCommandTest {
    private static final int PICTURES = 30;
    private static final int SIDE = 8;

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @BeforeAll
    static void writeInputs() throws Exception {
        for (String animal : List.of("cat", "dog")) {
            Pictures.random(shared.resolve("pictures").resolve(animal), PICTURES, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        }
        Files.writeString(shared.resolve("data.yaml"), "data: %s%n".formatted(data()));
        Files.writeString(shared.resolve("tiny.yaml"), TinyExperiment.reproduction(data()));
        Outcome trained = CommandProcess.in(shared)
                .run("features", "train", "--data", "data.yaml", "--epochs", "1", "--out", "features");
        assertThat(trained.exitCode()).as(trained.err()).isZero();
    }

    private static String data() {
        return "{kind: image-folder, directory: %s, held_out: 12}".formatted(shared.resolve("pictures"));
    }

    @Test
    void makesEveryFigureAndGoesOnWhereItWasKilled() throws Exception {
        // One plan for both, so that runs are equally long; and one that is not measured, for they are to be short on
        // any machine.
        writePlan("whole", 0.02);
        Outcome whole = reproduce("whole");
        assertThat(whole.exitCode()).as(whole.err()).isZero();
        assertThat(whole.out())
                .containsPattern("(?m)^(held|not held|undecided) +The combination of ancestral and zigzag")
                .endsWith("wrote whole/report/index.html\n");
        String page = Files.readString(directory.resolve("whole/report/index.html"));
        for (String stage : Reproduction.stages()) {
            assertThat(page).contains("<section id=\"" + stage + "\">", "bcm reproduce --stage " + stage);
            assertThat(directory.resolve("whole/report/results/" + stage + ".json"))
                    .exists();
        }
        assertThat(pictures("whole"))
                .containsExactly(
                        "ablations.png",
                        "coverage.png",
                        "edits.png",
                        "generation-against-nfe.png",
                        "initial-noise.png",
                        "inversion-against-nfe.png",
                        "midpoints.png",
                        "noise-embedding.png",
                        "noise-statistics.png");
        assertThat(page).contains("src=\"midpoints.png\"").doesNotContain("http://", "https://");

        writePlan("killed", 0.02);
        killOnceThereIs(directory.resolve("killed/work/bcm/checkpoints"));
        killOnceThereIs(directory.resolve("killed/report/results/generation-against-nfe.json"));
        assertThat(directory.resolve("killed/report/results/ablations.json")).doesNotExist();
        Outcome resumed = reproduce("killed");
        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(resumed.err()).contains("bcm: trained, ", "tuned-walks: stands", "ablations: measuring");
        for (String stage : Reproduction.stages()) {
            assertThat(directory.resolve("killed/report/results/" + stage + ".json"))
                    .hasSameTextualContentAs(directory.resolve("whole/report/results/" + stage + ".json"));
        }
        assertThat(directory.resolve("killed/report/index.html"))
                .hasSameTextualContentAs(directory.resolve("whole/report/index.html"));

        Outcome again = reproduce("killed", "--stage", "initial-noise");
        assertThat(again.err())
                .contains("tuned-walks: stands", "initial-noise: measured in")
                .doesNotContain("edm", "ablations");
        assertThat(directory.resolve("killed/report/claims.json"))
                .as("the other results still count")
                .hasSameTextualContentAs(directory.resolve("whole/report/claims.json"));
        assertThat(directory.resolve("killed/report/results/initial-noise.json"))
                .hasSameTextualContentAs(directory.resolve("whole/report/results/initial-noise.json"));
    }

    @Test
    void aSignalSavesAndSaysHowToGoOn() throws Exception {
        writePlan("stopped", 60);
        Process process = startedUntilThereIs(directory.resolve("stopped/work/bcm/log.jsonl"), "stopped");
        process.destroy(); // SIGTERM
        Outcome outcome = CommandProcess.outcome(process, directory.resolve("out.txt"), directory.resolve("err.txt"));
        assertThat(outcome.err()).contains("stopping soon, and saving\n");
        assertThat(outcome.out()).isEqualTo("stopped; run the same command to continue\n");
        assertThat(outcome.exitCode()).isEqualTo(128 + 15);
    }

    @Test
    void refusesWhatItCannotDo() throws Exception {
        assertThat(reproduce("refused", "--stage", "fig-13").err())
                .contains("bcm: --stage fig-13: there is no such stage; choose from coverage, tuned-walks,");
        assertThat(reproduce("refused", "--budget", "0").err())
                .contains("bcm: --budget 0.0: must be more than 0 minutes");
        assertThat(reproduce("refused", "--set", "training.colour=red").err()).contains("unknown key \"colour\"");
        assertThat(directory.resolve("refused")).doesNotExist();
    }

    private void writePlan(String name, double minutes) throws IOException {
        Path work = Files.createDirectories(directory.resolve(name + "/work"));
        Files.writeString(
                work.resolve("plan.json"), "{\"minutes\": %s, \"seconds_per_image\": 0.0005}".formatted(minutes));
    }

    private Outcome reproduce(String name, String... options) throws IOException, InterruptedException {
        return CommandProcess.in(directory).run(arguments(name, options));
    }

    private static String[] arguments(String name, String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "reproduce",
                shared.resolve("tiny.yaml").toString(),
                "--features",
                shared.resolve("features").toString(),
                "--work",
                name + "/work",
                "--out",
                name + "/report"));
        arguments.addAll(Arrays.asList(options));
        return arguments.toArray(String[]::new);
    }

    private void killOnceThereIs(Path file) throws IOException, InterruptedException {
        startedUntilThereIs(file, "killed").destroyForcibly().waitFor();
    }

    private Process startedUntilThereIs(Path file, String name) throws IOException, InterruptedException {
        Path err = directory.resolve("err.txt");
        Process process = CommandProcess.in(directory).start(directory.resolve("out.txt"), err, arguments(name));
        while (process.isAlive() && !Files.exists(file)) {
            Thread.sleep(5);
        }
        assertThat(process.isAlive()).as(Files.readString(err)).isTrue();
        return process;
    }

    private List<String> pictures(String name) throws IOException {
        try (Stream<Path> content = Files.list(directory.resolve(name + "/report"))) {
            return content.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".png"))
                    .sorted()
                    .toList();
        }
    }
}
