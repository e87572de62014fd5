package org.bcm4j.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what Pillow made of the same pictures; README.md of the fixtures has the script. */
class CenterCropTest {
    private static final Path FIXTURES = Path.of("src/test/resources/org/bcm4j/images/center-crop");

    static Stream<Path> recordings() throws IOException {
        try (Stream<Path> files = Files.list(FIXTURES)) {
            List<Path> recorded = files.filter(file -> file.toString().contains("-to-"))
                    .sorted()
                    .toList();
            return recorded.stream();
        }
    }

    @Test
    void thereAreRecordings() throws IOException {
        assertThat(recordings()).hasSize(15);
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void everyByteIsPillows(Path recorded) throws IOException {
        String name = recorded.getFileName().toString();
        String picture = name.substring(0, name.indexOf("-to-"));
        int side = Integer.parseInt(name.replaceAll(".*-to-|\\.png", ""));
        RasterPixels expected = read(recorded);

        RasterPixels square = new CenterCrop(side).of(read(FIXTURES.resolve(picture + ".png")));

        assertThat(square.channels()).isEqualTo(expected.channels());
        assertThat(List.of(square.height(), square.width())).containsExactly(side, side);
        assertThat(square.values()).isEqualTo(expected.values());
    }

    @Test
    void aSquareOfTheWantedSizeStaysAsItIs() throws IOException {
        RasterPixels picture = read(FIXTURES.resolve("grey-square.png"));
        assertThat(new CenterCrop(50).of(picture).values()).isEqualTo(picture.values());
    }

    @Test
    void aSideIsAtLeastOne() {
        assertThatThrownBy(() -> new CenterCrop(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static RasterPixels read(Path file) throws IOException {
        return ImageFiles.decodePixels(Files.readAllBytes(file), file.toString());
    }
}
