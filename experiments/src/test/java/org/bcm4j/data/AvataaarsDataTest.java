package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/avataaars-data} with a few faces, where its programs are installed and npm reaches its registry. */
class AvataaarsDataTest {
    private static final Path SCRIPT = Path.of("../scripts/avataaars-data");
    private static final int SIDE = 32;

    @TempDir
    Path directory;

    private record Outcome(int exitCode, String err) {}

    private static boolean isInstalled(String program) {
        return Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private Outcome run(Path out) throws IOException, InterruptedException {
        Path err = directory.resolve("err.txt");
        Process process = new ProcessBuilder(SCRIPT.toString(), out.toString(), "30", "4")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(err.toFile())
                .start();
        return new Outcome(process.waitFor(), Files.readString(err, StandardCharsets.UTF_8));
    }

    /** The {@code [red, green, blue]} of a place in an image. */
    private static List<Integer> colour(LabelledImages images, int index, int row, int column) {
        byte[] bytes = HostTensors.bytes(images.bytes(index));
        return Stream.of(0, 1, 2)
                .map(channel -> Byte.toUnsignedInt(bytes[(channel * SIDE + row) * SIDE + column]))
                .toList();
    }

    @Test
    void drawsTheFacesOfTheSeeds() throws IOException, InterruptedException {
        assumeThat(List.of("node", "npm", "rsvg-convert")).allMatch(AvataaarsDataTest::isInstalled);
        Path out = directory.resolve("faces");
        Outcome outcome = run(out);
        assumeThat(outcome.err()).doesNotContain("npm could not fetch");
        assertThat(outcome.err()).contains("train: 30 of 30 faces", "test: 4 of 4 faces");
        assertThat(outcome.exitCode()).isZero();

        PackedImages packed = new PackedImages(out);
        LabelledImages training = packed.training();
        assertThat(training.size()).isEqualTo(30);
        assertThat(packed.test().size()).isEqualTo(4);
        assertThat(List.of(training.channels(), training.height(), training.width()))
                .containsExactly(3, SIDE, SIDE);
        assertThat(training.classNames()).hasSize(10);
        try (Scope scope = Scope.open()) {
            // As one sees who draws the first seeds: a turban, a bald head, a bob.
            assertThat(LongStream.of(HostTensors.longs(training.labels(0, 1, 2)))
                            .mapToObj(label -> training.classNames().get((int) label)))
                    .containsExactly("Hat/hijab/turban", "Cropped", "Bob");
            assertThat(colour(training, 1, 0, 0)).containsExactly(0xc0, 0xae, 0xde);
            assertThat(colour(training, 1, 10, 16)).containsExactly(0xf8, 0xd2, 0x5c);
        }

        Outcome again = run(out);
        assertThat(again.exitCode()).isEqualTo(2);
        assertThat(again.err()).contains("is there already").hasLineCount(1);
    }
}
