package org.bcm4j.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.UnknownFieldSet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Field numbers here are those of TensorFlow's {@code event.proto} and {@code summary.proto}, written out a second
 * time.
 */
class TensorBoardEventsTest {
    @Test
    void theTestsOwnChecksumIsCastagnolis() {
        // The check value of the catalogues of checksums, and a vector of RFC 3720.
        assertThat(EventReader.crc32c("123456789".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(0xE3069283L);
        assertThat(EventReader.crc32c(new byte[32])).isEqualTo(0x8A9136AAL);
    }

    @Test
    void writesScalarsInOrder(@TempDir Path folder) throws IOException {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss/total", 0.25);
        values.put("images/s", Double.NaN);
        try (TensorBoardEvents events = TensorBoardEvents.resume(folder, 0)) {
            events.step(new StepRecord(5_000_000_000L, 1, values));
            assertThat(EventReader.read(onlyFile(folder)))
                    .as("on disk before the file is closed")
                    .hasSize(2);
        }
        List<UnknownFieldSet> events = EventReader.read(onlyFile(folder));

        assertThat(EventReader.text(events.get(0), 3)).isEqualTo("brain.Event:2");
        assertThat(EventReader.integer(events.get(1), 2)).isEqualTo(5_000_000_000L);
        assertThat(EventReader.real64(events.get(1), 1)).isCloseTo(System.currentTimeMillis() / 1000.0, within(60.0));
        List<UnknownFieldSet> summary = EventReader.messages(EventReader.message(events.get(1), 5), 1);
        assertThat(summary).hasSize(2);
        assertThat(EventReader.text(summary.get(0), 1)).isEqualTo("loss/total");
        assertThat(EventReader.real32(summary.get(0), 2)).isEqualTo(0.25f);
        assertThat(EventReader.text(summary.get(1), 1)).isEqualTo("images/s");
        assertThat(EventReader.real32(summary.get(1), 2)).isNaN();
    }

    @ParameterizedTest
    @CsvSource({
        BufferedImage.TYPE_BYTE_GRAY + ",1",
        BufferedImage.TYPE_3BYTE_BGR + ",3",
        BufferedImage.TYPE_4BYTE_ABGR + ",4",
        BufferedImage.TYPE_BYTE_INDEXED + ",3"
    })
    void writesPicturesWithTheirSize(int type, int channels, @TempDir Path folder) throws IOException {
        byte[] png = Pictures.png(300, 7, type);
        try (TensorBoardEvents events = TensorBoardEvents.resume(folder, 0)) {
            events.image("samples", 12, png);
        }
        UnknownFieldSet event = EventReader.read(onlyFile(folder)).get(1);
        UnknownFieldSet value = EventReader.message(EventReader.message(event, 5), 1);
        UnknownFieldSet image = EventReader.message(value, 4);

        assertThat(EventReader.integer(event, 2)).isEqualTo(12);
        assertThat(EventReader.text(value, 1)).isEqualTo("samples");
        assertThat(EventReader.integer(image, 1)).as("height").isEqualTo(7);
        assertThat(EventReader.integer(image, 2)).as("width").isEqualTo(300);
        assertThat(EventReader.integer(image, 3)).as("channels").isEqualTo(channels);
        assertThat(EventReader.bytes(image, 4).toByteArray()).isEqualTo(png);
    }

    @Test
    void refusesWhatIsNoPicture(@TempDir Path folder) {
        try (TensorBoardEvents events = TensorBoardEvents.resume(folder, 0)) {
            assertThatThrownBy(() -> events.image("samples", 1, new byte[100]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the picture is not a PNG file");
            assertThatThrownBy(() -> events.image("samples", 1, new byte[0]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void writesNotesAsTextsAtTheLatestStep(@TempDir Path folder) throws IOException {
        try (TensorBoardEvents events = TensorBoardEvents.resume(folder, 0)) {
            events.step(new StepRecord(3, 1, Map.of("loss", 1.0)));
            events.note("naïve");
        }
        UnknownFieldSet event = EventReader.read(onlyFile(folder)).get(2);
        UnknownFieldSet value = EventReader.message(EventReader.message(event, 5), 1);
        UnknownFieldSet plugin = EventReader.message(EventReader.message(value, 9), 1);

        assertThat(EventReader.integer(event, 2)).isEqualTo(3);
        assertThat(EventReader.text(plugin, 1)).isEqualTo("text");
        assertThat(EventReader.text(EventReader.message(value, 8), 8)).isEqualTo("naïve");
    }

    @Test
    void eachStartAddsAFileAndAResumedOneTakesBackLaterSteps(@TempDir Path folder) throws IOException {
        for (int start = 0; start < 3; start++) {
            TensorBoardEvents.resume(folder, 10L * start).close();
        }
        List<Path> files = files(folder);

        assertThat(files)
                .hasSize(3)
                .allMatch(file -> file.getFileName().toString().contains("tfevents"));
        assertThat(EventReader.read(files.get(0))).hasSize(1);
        UnknownFieldSet restart = EventReader.read(files.get(2)).get(1);
        assertThat(EventReader.integer(restart, 2)).as("first step to forget").isEqualTo(21);
        assertThat(EventReader.integer(EventReader.message(restart, 7), 1))
                .as("START")
                .isEqualTo(1);
    }

    /** A run that was killed before its first checkpoint makes its first steps again. */
    @Test
    void aSecondStartFromTheBeginningTakesBackAllSteps(@TempDir Path folder) throws IOException {
        TensorBoardEvents.resume(folder, 0).close();
        TensorBoardEvents.resume(folder, 0).close();
        UnknownFieldSet restart = EventReader.read(files(folder).get(1)).get(1);
        assertThat(EventReader.integer(restart, 2)).as("first step to forget").isEqualTo(1);
    }

    @Test
    void tellsWhyAFileCannotBeWritten(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("run"));
        assertThatThrownBy(() -> TensorBoardEvents.resume(file, 0)).isInstanceOf(UserException.class);
    }

    private static Path onlyFile(Path folder) throws IOException {
        List<Path> files = files(folder);
        assertThat(files).hasSize(1);
        return files.get(0);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
