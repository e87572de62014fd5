package org.bcm4j.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LossCurvesTest {
    private static void writeLog(Path log, int steps, IntFunction<Map<String, Double>> values) {
        try (JsonLines lines = JsonLines.resume(log, 0)) {
            IntStream.range(0, steps).forEach(step -> lines.step(new StepRecord(step, step, values.apply(step))));
        }
    }

    @Test
    void drawsAPanelForEachGroup(@TempDir Path folder) throws IOException {
        Path log = folder.resolve("log.jsonl");
        writeLog(log, 50, step -> Map.of("loss/a", 1.0 / (step + 1), "loss/b", 2.0, "images/s", 100.0 + step));

        LossCurves.draw(log, folder.resolve("curves.png"));

        BufferedImage picture = ImageIO.read(folder.resolve("curves.png").toFile());
        assertThat(picture.getWidth()).isEqualTo(900);
        assertThat(picture.getHeight()).as("two panels").isEqualTo(720);
        assertThat(colours(picture)).as("something is drawn").isGreaterThan(10);
    }

    private static long colours(BufferedImage picture) {
        int[] pixels = picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth());
        return IntStream.of(pixels).distinct().count();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -1, 1e-30, 1e30, 4.9e-324, 1.7e308})
    void drawsConstantsAndExtremes(double value, @TempDir Path folder) {
        Path log = folder.resolve("log.jsonl");
        writeLog(log, 3, step -> Map.of("loss", value, "rate", value, "loss/mixed", step == 0 ? 1.0 : value));
        writeLog(folder.resolve("one.jsonl"), 1, step -> Map.of("loss", value));

        assertThatCode(() -> LossCurves.draw(log, folder.resolve("curves.png"))).doesNotThrowAnyException();
        assertThatCode(() -> LossCurves.draw(folder.resolve("one.jsonl"), folder.resolve("one.png")))
                .doesNotThrowAnyException();
    }

    @Test
    void redrawsAfterTheIntervalAndWhenClosed(@TempDir Path folder) {
        Path log = folder.resolve("log.jsonl");
        Path picture = folder.resolve("curves.png");
        StepRecord record = new StepRecord(1, 1, Map.of("loss", 0.5));
        try (Journal journal =
                Journal.all(List.of(JsonLines.resume(log, 0), new LossCurves(log, picture, Duration.ofHours(1))))) {
            journal.step(record);
            assertThat(picture).as("too early").doesNotExist();
        }
        assertThat(picture).exists();

        Path eager = folder.resolve("eager.png");
        try (LossCurves curves = new LossCurves(log, eager, Duration.ZERO)) {
            curves.step(record);
            assertThat(eager).exists();
        }
    }

    @Test
    void aPictureThatCannotBeDrawnStopsNoTraining(@TempDir Path folder) throws IOException {
        Path log = folder.resolve("log.jsonl");
        writeLog(log, 2, step -> Map.of("loss", 1.0));
        Path notADirectory = Files.createFile(folder.resolve("file"));
        LossCurves curves = new LossCurves(log, notADirectory.resolve("curves.png"), Duration.ZERO);

        assertThatCode(() -> curves.step(new StepRecord(1, 1, Map.of()))).doesNotThrowAnyException();
        assertThatCode(curves::close).doesNotThrowAnyException();
    }

    @Test
    void anEmptyLogIsTheUsersMistakeOnlyWhenAskedFor(@TempDir Path folder) {
        Path log = folder.resolve("log.jsonl");
        writeLog(log, 2, step -> Map.of("loss", Double.NaN));

        assertThatThrownBy(() -> LossCurves.draw(log, folder.resolve("curves.png")))
                .isInstanceOf(UserException.class)
                .hasMessage(log + ": holds no value to draw; train for some steps first");
        try (LossCurves curves = new LossCurves(log, folder.resolve("curves.png"), Duration.ZERO)) {
            curves.step(new StepRecord(1, 1, Map.of("loss", Double.NaN)));
            writeLog(log, 3, step -> Map.of("loss", 1.0));
            curves.step(new StepRecord(2, 2, Map.of("loss", 1.0)));
        }
        assertThat(folder.resolve("curves.png")).exists();
    }

    @Test
    void longCurvesKeepTheirMeanAndEnds() {
        List<StepRecord> records = IntStream.range(0, 12_345)
                .mapToObj(step -> new StepRecord(step, step, Map.of("loss/a", (double) step, "b", Double.NaN)))
                .toList();

        List<Curve> curves = Curve.of(records);

        assertThat(curves).extracting(Curve::name).containsExactly("loss/a");
        Curve curve = curves.get(0);
        assertThat(curve.group()).isEqualTo("loss");
        assertThat(curve.steps()).hasSizeLessThanOrEqualTo(1000).hasSizeGreaterThan(900);
        assertThat(curve.values())
                .as("the mean of a line lies on the line")
                .containsExactly(curve.steps(), within(1e-6));
        assertThat(curve.steps()[0]).isEqualTo(6.0, within(1e-6));
    }
}
