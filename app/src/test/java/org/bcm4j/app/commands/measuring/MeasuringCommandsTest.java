package org.bcm4j.app.commands.measuring;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.bcm4j.app.CommandProcess;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.Pictures;
import org.bcm4j.app.TinyModel;
import org.bcm4j.data.Batches;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bcm tune} and {@code bcm eval-edits} on a model of random weights and 512 pictures of 8 x 8 pixels. */
class MeasuringCommandsTest {
    private static final int IMAGES = 256;
    private static final int THREE_BATCHES = 2 * Batches.SIZE + 1;

    /** A sixteenth as wide as the real one. */
    private static final Path INCEPTION = Path.of("../core/src/test/resources/parity/inception_fid/full_scaled")
            .resolve("model.safetensors")
            .toAbsolutePath()
            .normalize();

    private static final Pattern BEST = Pattern.compile("best of (\\d+): (.+) \\(2 NFE\\)");

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @BeforeAll
    static void writeDataAndFeatures() throws Exception {
        Random random = new Random(6);
        for (int i = 0; i < 2 * IMAGES; i++) {
            BufferedImage picture = new BufferedImage(TinyModel.SIDE, TinyModel.SIDE, BufferedImage.TYPE_BYTE_GRAY);
            for (int pixel = 0; pixel < TinyModel.SIDE * TinyModel.SIDE; pixel++) {
                // Bright above or below, and noise.
                boolean bright = pixel / 32 == i % 2;
                picture.getRaster()
                        .setSample(
                                pixel % TinyModel.SIDE,
                                pixel / TinyModel.SIDE,
                                0,
                                (bright ? 160 : 0) + random.nextInt(90));
            }
            Path folder = shared.resolve("pictures").resolve(TinyModel.CLASSES.get(i % 2));
            Files.createDirectories(folder);
            ImageIO.write(picture, "png", folder.resolve(i + ".png").toFile());
        }
        Pictures.random(shared.resolve("made"), THREE_BATCHES, TinyModel.SIDE, BufferedImage.TYPE_BYTE_GRAY);
        Files.writeString(
                shared.resolve("pictures.yaml"),
                "data: {kind: image-folder, directory: %s, held_out: %d}%n"
                        .formatted(shared.resolve("pictures"), IMAGES));
        Outcome trained = CommandProcess.in(shared)
                .run("features", "train", "--data", "pictures.yaml", "--epochs", "10", "--out", "features");
        assertThat(trained.exitCode()).as(trained.err()).isZero();
    }

    @BeforeEach
    void writeModel() {
        TinyModel.write(directory.resolve("model"));
    }

    private Outcome run(String command) throws Exception {
        String whole =
                command + " --data " + shared.resolve("pictures.yaml") + " --features " + shared.resolve("features");
        return CommandProcess.in(directory).run(whole.split(" "));
    }

    @ParameterizedTest
    @EnumSource(
            value = Purpose.class,
            names = {"INPAINT", "RESTORE"})
    void theBestWalkIsStoredWithTheModel(Purpose purpose) throws Exception {
        String name = purpose.name().toLowerCase(Locale.ROOT);
        Outcome outcome = run("tune model --for " + name + " --nfe 2 --budget 4 --images 100 --plot tried.png --save");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        Matcher best = BEST.matcher(outcome.out());
        assertThat(best.find()).as(outcome.out()).isTrue();
        assertThat(best.group(1)).isEqualTo("4");
        RecommendedWalks walks = new ModelFolder(directory.resolve("model")).walks();
        assertThat(walks.of(purpose)).containsEntry("2", best.group(2));
        assertThat(walks.with(
                        purpose,
                        2,
                        Objects.requireNonNull(
                                RecommendedWalks.UNTUNED.of(purpose).get("2"))))
                .as("all other walks stay")
                .isEqualTo(RecommendedWalks.UNTUNED);
        assertThat(outcome.out()).endsWith("saved in model/walks.json\n");
        assertThat(directory.resolve("tried.png")).exists();
    }

    @Test
    void aSearchThatIsNotSavedLeavesTheModelAndTellsHowToSave() throws Exception {
        String before = Files.readString(directory.resolve("model/walks.json"));
        Outcome outcome = run("tune model --for restore --budget 3 --images 100 --seed 5 --plot tried.png");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(Files.readString(directory.resolve("model/walks.json"))).isEqualTo(before);
        Matcher best = BEST.matcher(outcome.out());
        assertThat(best.find()).as(outcome.out()).isTrue();
        String saving = "tune model --for restore --images 100 --seed 5 --data " + shared.resolve("pictures.yaml")
                + " --features " + shared.resolve("features") + " --walk \"" + best.group(2) + "\" --budget 1 --save";
        assertThat(outcome.out()).endsWith("the model is unchanged; to save this walk: bcm " + saving + "\n");
        // As a shell splits it.
        List<String> words = Pattern.compile("\"([^\"]*)\"|(\\S+)")
                .matcher(saving)
                .results()
                .map(word -> Optional.ofNullable(word.group(1)).orElseGet(() -> word.group(2)))
                .toList();
        Outcome saved = CommandProcess.in(directory).run(words.toArray(String[]::new));
        assertThat(saved.exitCode()).as(saved.err()).isZero();
        assertThat(new ModelFolder(directory.resolve("model")).walks().restore())
                .containsEntry("2", best.group(2));
    }

    /** The model's own walk and the untuned one are tried once each, and no more is tried. */
    @Test
    void aSearchFromTwoWalksKeepsToItsBudget() throws Exception {
        new ModelFolder(directory.resolve("model"))
                .store(RecommendedWalks.UNTUNED.with(Purpose.RESTORE, 2, "0 +0.1 > 3 > 0"));
        Outcome outcome = run("tune model --for restore --nfe 2 --budget 2 --images 100");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out().lines().skip(1).limit(3))
                .satisfiesExactly(
                        first -> assertThat(first)
                                .as("the distance and the pixel error")
                                .matches("0 \\+0\\.1 > 3 > 0 +\\d+\\.\\d{6} +\\d+\\.\\d{6}"),
                        second -> assertThat(second).startsWith("0 +0.07 > 2 > 0 "),
                        third -> assertThat(third).startsWith("best of 2: "));
    }

    @Test
    void everyEditIsMeasuredAndItsClaimsJudged() throws Exception {
        Outcome outcome = run("eval-edits model --images 200 --seeds 2 --out editing.json");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("known pixels that inpainting changed: 0")
                .containsPattern("(yes|no ) +inpainting in 4 NFE .* below consistency models' in 12: distance")
                .containsPattern("(yes|no ) +midpoints with different initial noise below those with shared")
                .contains("written to editing.json");
        assertThat(Files.readString(directory.resolve("editing.json"))).contains("changed_known");
    }

    /** Three batches are not the same number for each of two ranks. The Inception network is slow, so it sees as few images as that. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "eval model --samples 230 --walk 80>1>0 --walk 0+0.07>80"
                        + " --metrics fd,mse,noise,midpoints --out OUT",
                "eval MADE --images 20 --metrics fd,fid,is,kid,prdc --inception INCEPTION"
                        + " --statistics statistics-OUT.npz --out OUT",
                "eval-edits model --images 200 --seeds 2 --out OUT"
            })
    void ranksMeasureWhatOneProcessMeasures(String command) throws Exception {
        String whole =
                command.replace("MADE", shared.resolve("made").toString()).replace("INCEPTION", INCEPTION.toString());
        Outcome alone = run(whole.replace("OUT", "alone.json"));
        assertThat(alone.exitCode()).as(alone.err()).isZero();
        Outcome together = run(whole.replace("OUT", "together.json") + " --ranks 2");
        assertThat(together.exitCode()).as(together.err()).isZero();

        assertThat(Files.readString(directory.resolve("together.json")).replace("together", "alone"))
                .isEqualTo(Files.readString(directory.resolve("alone.json")));
        assertThat(withoutGloo(together.out()).replace("together", "alone")).isEqualTo(alone.out());
    }

    /** Gloo greets on standard output. */
    private static String withoutGloo(String out) {
        return out.lines()
                .filter(line -> !line.startsWith("[Gloo]"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }
}
