package org.bcm4j.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    /** Scaled as a whole, it would have terabytes; it has one level, but for its ends. */
    @Test
    void aPictureOfAnyProportionsCanBeEnlarged() {
        byte[] values = new byte[300_000];
        Arrays.fill(values, 10, values.length - 10, (byte) 200);
        for (RasterPixels picture :
                List.of(new RasterPixels(values, 1, 1, values.length), new RasterPixels(values, 1, values.length, 1))) {
            RasterPixels square = new CenterCrop(4096).of(picture);
            assertThat(List.of(square.channels(), square.height(), square.width()))
                    .containsExactly(1, 4096, 4096);
            assertThat(square.values()).containsOnly((byte) 200);
        }
    }

    /** The middle of what is computed as a whole. */
    @ParameterizedTest
    @CsvSource({"3, 40, 7", "40, 3, 7", "5, 5, 8", "1, 9, 4", "7, 31, 5", "20, 9, 9"})
    void onlyTheSquareIsComputed(int height, int width, int side) {
        byte[] values = new byte[3 * height * width];
        new Random(1).nextBytes(values);
        RasterPixels picture = new RasterPixels(values, 3, height, width);
        double scale = (double) side / Math.min(height, width);
        RasterPixels whole = PillowResampling.BICUBIC.resize(
                picture, (int) Math.rint(height * scale), (int) Math.rint(width * scale));
        byte[] middle = new byte[3 * side * side];
        for (int i = 0; i < middle.length; i++) {
            int row = i / side / side * whole.height() + (whole.height() - side) / 2 + i / side % side;
            middle[i] = whole.values()[row * whole.width() + (whole.width() - side) / 2 + i % side];
        }
        assertThat(new CenterCrop(side).of(picture).values()).isEqualTo(middle);
    }

    @Test
    void aSideIsAtLeastOne() {
        assertThatThrownBy(() -> new CenterCrop(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static RasterPixels read(Path file) throws IOException {
        return ImageFiles.decodePixels(Files.readAllBytes(file), file.toString());
    }
}
