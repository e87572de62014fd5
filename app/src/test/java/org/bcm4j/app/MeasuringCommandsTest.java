package org.bcm4j.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.data.FashionMnist;
import org.bcm4j.metrics.FeatureTraining;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code bcm tune} and {@code bcm eval-edits} on a model of random weights and pictures of 8 x 8 pixels in the files of Fashion-MNIST. */
class MeasuringCommandsTest {
    private static final int IMAGES = 256;
    private static final Pattern STORED = Pattern.compile("best of (\\d+), stored with the model: (.+) \\(2 NFE\\)");

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @BeforeAll
    static void writeDataAndFeatures() throws IOException {
        Random random = new Random(6);
        for (String split : new String[] {"train", "t10k"}) {
            ByteBuffer images = ByteBuffer.allocate(16 + IMAGES * TinyModel.SIDE * TinyModel.SIDE);
            images.putInt(0x803).putInt(IMAGES).putInt(TinyModel.SIDE).putInt(TinyModel.SIDE);
            ByteBuffer labels = ByteBuffer.allocate(8 + IMAGES);
            labels.putInt(0x801).putInt(IMAGES);
            for (int i = 0; i < IMAGES; i++) {
                labels.put((byte) (i % 2));
                for (int pixel = 0; pixel < TinyModel.SIDE * TinyModel.SIDE; pixel++) {
                    // Bright above or below, and noise.
                    boolean bright = pixel / 32 == i % 2;
                    images.put((byte) ((bright ? 160 : 0) + random.nextInt(90)));
                }
            }
            Files.write(shared.resolve(split + "-images-idx3-ubyte"), images.array());
            Files.write(shared.resolve(split + "-labels-idx1-ubyte"), labels.array());
        }
        FashionMnist data = new FashionMnist(Optional.of(shared));
        new FeatureTraining(0, 10)
                .run(data.training(), data.test(), shared.resolve("features"), (step, steps, loss) -> {});
    }

    @BeforeEach
    void writeModel() {
        TinyModel.write(directory.resolve("model"));
    }

    private Outcome run(String command) throws Exception {
        String whole = command + " --data-dir " + shared + " --features " + shared.resolve("features");
        return CommandProcess.in(directory).run(whole.split(" "));
    }

    @ParameterizedTest
    @EnumSource(
            value = Purpose.class,
            names = {"INPAINT", "RESTORE"})
    void theBestWalkIsStoredWithTheModel(Purpose purpose) throws Exception {
        String name = purpose.name().toLowerCase(Locale.ROOT);
        Outcome outcome = run("tune model --for " + name + " --nfe 2 --budget 4 --images 100 --plot tried.png");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        Matcher stored = STORED.matcher(outcome.out());
        assertThat(stored.find()).as(outcome.out()).isTrue();
        assertThat(stored.group(1)).isEqualTo("4");
        RecommendedWalks walks = new ModelFolder(directory.resolve("model")).walks();
        assertThat(walks.of(purpose)).containsEntry("2", stored.group(2));
        assertThat(walks.with(
                        purpose,
                        2,
                        Objects.requireNonNull(
                                RecommendedWalks.UNTUNED.of(purpose).get("2"))))
                .as("all other walks stay")
                .isEqualTo(RecommendedWalks.UNTUNED);
        assertThat(directory.resolve("tried.png")).exists();
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
}
